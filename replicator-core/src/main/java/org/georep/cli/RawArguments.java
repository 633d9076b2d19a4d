package org.georep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.georep.replicator.session.ByteText;

/**
 * The command line's exact bytes. Java decodes arguments by the locale, and what it cannot decode
 * is lost: a directory's name that is not UTF-8, or any beyond ASCII under {@code LC_ALL=C}. Linux
 * has them as they were given in {@code /proc/self/cmdline}.
 */
final class RawArguments {
  private static final Path SOURCE = Path.of("/proc/self/cmdline");

  private RawArguments() {}

  /** Returns the arguments as {@link ByteText}; as Java gives them where that cannot be told. */
  static String[] recover(String[] args) {
    try {
      return recover(args, Files.readAllBytes(SOURCE));
    } catch (IOException e) {
      return args.clone();
    }
  }

  static String[] recover(String[] args, byte[] commandLine) {
    List<String> all = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        all.add(ByteText.of(Arrays.copyOfRange(commandLine, start, i)));
        start = i + 1;
      }
    }
    if (all.size() < args.length) {
      return args.clone();
    }
    String[] tail = all.subList(all.size() - args.length, all.size()).toArray(new String[0]);
    for (int i = 0; i < args.length; i++) {
      // Something else was put there (an argument file of Java's, a changed process title).
      if (isAscii(tail[i]) && !tail[i].equals(args[i])) {
        return args.clone();
      }
    }
    return tail;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
