package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is measured on. */
final class Machine {
  private Machine() {}

  /** Returns its processor, kernel and Java, in one line. */
  static String describe() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
    return Runtime.getRuntime().availableProcessors()
        + " cores of "
        + model
        + ", Linux "
        + System.getProperty("os.version").replaceFirst("^([0-9]+[.][0-9]+).*", "$1")
        + ", Java "
        + System.getProperty("java.version");
  }
}
