package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.georep.replicator.session.OutputFile;

/** What a process left: its exit code, and the last line of what it said. */
final class LastWords {
  private static final String PROGRAM = "georep: ";

  private LastWords() {}

  /** Returns how a process ended, as the end of a sentence without a full stop. */
  static String of(OptionalInt exitCode, Path errors) {
    String line = line(errors);
    String code = exitCode.isPresent() ? " with " + exitCode.getAsInt() : "";
    return "ended" + code + (line.isEmpty() ? "" : ": " + line);
  }

  /** Returns the last line in a file of what was said; empty if there is none. */
  static String line(Path errors) {
    try {
      List<String> lines =
          new String(Files.readAllBytes(errors), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank())
              .toList();
      Path former = new OutputFile(errors).former();
      if (lines.isEmpty() && Files.exists(former)) {
        return line(former); // it has just been moved there
      }
      String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip();
      return last.startsWith(PROGRAM) ? last.substring(PROGRAM.length()) : last;
    } catch (IOException e) {
      return "";
    }
  }
}
