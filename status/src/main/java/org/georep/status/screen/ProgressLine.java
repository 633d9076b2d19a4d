package org.georep.status.screen;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is, in one line without a newline.
 *
 * @param entriesSeen entries looked at by the present or last crawl
 * @param entriesExpected entries there are thought to be, 0 if nothing is known
 * @param files files sent so far
 * @param bytes bytes of these
 * @param filesLeft files known to be left
 * @param bytesLeft bytes of these
 * @param entriesPerSecond how fast entries are looked at, on average
 * @param bytesPerSecond how fast contents are sent, on average
 * @param secondsLeft the estimate, null if there is none
 */
public record ProgressLine(
    long entriesSeen,
    long entriesExpected,
    long files,
    long bytes,
    long filesLeft,
    long bytesLeft,
    double entriesPerSecond,
    double bytesPerSecond,
    @Nullable Double secondsLeft) {

  /** Returns the line. */
  public String text() {
    List<String> parts = new ArrayList<>();
    parts.add(
        entriesSeen
            + (entriesExpected > 0
                ? " of about " + Math.max(entriesExpected, entriesSeen) + " entries"
                : " entries"));
    parts.add(files + " files (" + Amounts.bytes(bytes) + ") sent");
    if (filesLeft > 0) {
      parts.add(filesLeft + " (" + Amounts.bytes(bytesLeft) + ") known to be left");
    }
    parts.add(Math.round(entriesPerSecond) + " entries/s");
    parts.add(Amounts.rate(bytesPerSecond));
    parts.add(
        secondsLeft == null
            ? "no estimate yet"
            : "about " + Amounts.seconds(secondsLeft) + " left");
    return String.join(", ", parts);
  }
}
