package org.georep.engine.rsync;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.engine.Shipment.Missing;

/** What rsync's exit status means for a file that is not in the stage afterwards. */
final class RsyncEnd {
  private static final Pattern SENT = Pattern.compile("(?m)^Total bytes sent: ([0-9]{1,18})$");

  private RsyncEnd() {}

  /**
   * Maps the status. rsync gives a file its name in the stage only after its checksum was verified,
   * so what is there is good whatever the status; this is about the others.
   *
   * @param errors what was said on standard error
   */
  static Missing missing(int status, String errors) {
    return switch (status) {
      // Single files were left out, or rsync itself is unhappy: tar tells what is the matter. At
      // an error of a write (11) rsync gives up all files, tar only the one that does not fit.
      case 0, 1, 2, 4, 5, 6, 11, 13, 14, 22, 23, 24, 25, 126, 127 -> new Missing.Otherwise();
      case 3 -> new Missing.Again("rsync cannot choose its files: " + said(errors));
      case 10, 12, 30, 35, 255 ->
          new Missing.Again(
              "the data channel broke (rsync status " + status + "): " + said(errors));
      case 20, 130, 137, 143 -> new Missing.Again("rsync was stopped");
      default -> new Missing.Again("rsync ended with status " + status + ": " + said(errors));
    };
  }

  /** The first line: later ones are what follows from it. */
  private static String said(String errors) {
    String text = errors.strip();
    return text.isEmpty() ? "it said nothing" : text.lines().findFirst().orElse(text);
  }

  /** Returns how many bytes the run wrote to the far end, 0 if it did not say. */
  static long bytesSent(String output) {
    Matcher matcher = SENT.matcher(output);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
