package org.georep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether standard output, or standard error, is a terminal. Java's console no longer tells since
 * 22.
 */
final class Terminal {
  private static final Path OUTPUT = Path.of("/proc/self/fd/1");
  private static final Path ERROR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  static boolean isOutput() {
    return isTerminal(OUTPUT);
  }

  /** Whether standard error is one. */
  static boolean isError() {
    return isTerminal(ERROR);
  }

  private static boolean isTerminal(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
