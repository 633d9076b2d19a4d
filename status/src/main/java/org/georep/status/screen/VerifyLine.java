package org.georep.status.screen;

import org.jspecify.annotations.Nullable;

/**
 * How far a verify is, as one line for people.
 *
 * @param entries entries compared
 * @param expected entries there are thought to be, 0 if unknown
 * @param entriesPerSecond how fast
 * @param bytes bytes of contents compared; null if contents are not
 * @param bytesPerSecond how fast
 * @param differences found so far
 * @param waiting entries that differ and are yet to be looked at again
 * @param secondsLeft about how long it will take; null if nothing tells
 */
public record VerifyLine(
    long entries,
    long expected,
    double entriesPerSecond,
    @Nullable Long bytes,
    double bytesPerSecond,
    long differences,
    long waiting,
    @Nullable Double secondsLeft) {
  /** Returns the line. */
  public String text() {
    StringBuilder line = new StringBuilder(Amounts.count(entries));
    if (expected > 0) {
      line.append(" of about ").append(Amounts.count(expected));
    }
    line.append(" entries (").append(Math.round(entriesPerSecond)).append("/s)");
    if (bytes != null) {
      line.append(", ").append(Amounts.bytes(bytes)).append(" read (");
      line.append(Amounts.rate(bytesPerSecond)).append(')');
    }
    line.append(", ").append(Amounts.count(differences)).append(" differ");
    if (waiting > 0) {
      line.append(", ").append(Amounts.count(waiting)).append(" to be looked at again");
    }
    if (secondsLeft != null) {
      line.append(", ").append(Amounts.seconds(secondsLeft)).append(" left");
    }
    return line.toString();
  }
}
