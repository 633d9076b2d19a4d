package org.georep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether standard output is a terminal. Java's console no longer tells since 22. */
final class Terminal {
  private static final Path OUTPUT = Path.of("/proc/self/fd/1");

  private Terminal() {}

  static boolean isOutput() {
    try {
      String target = Files.readSymbolicLink(OUTPUT).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
