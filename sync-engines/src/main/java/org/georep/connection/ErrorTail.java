package org.georep.connection;

import java.nio.charset.StandardCharsets;
import org.georep.name.Shown;

/** What a process last said on standard error, for the end of a sentence. */
final class ErrorTail {
  private static final int MOST = 400;

  private ErrorTail() {}

  /** Returns the last line in parentheses behind a space, or nothing if there is none. */
  static String of(Channel channel) {
    return of(channel.errors());
  }

  static String of(String errors) {
    String last =
        errors
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .reduce("", (first, second) -> second);
    if (last.isEmpty()) {
      return "";
    }
    String shown = Shown.of(last.getBytes(StandardCharsets.UTF_8));
    return " (" + shown.substring(0, Math.min(MOST, shown.length())) + ")";
  }
}
