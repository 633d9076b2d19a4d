package org.georep.replicator.verify;

import java.time.Duration;

/**
 * What a verify counts.
 *
 * @param directories directories compared
 * @param entries entries compared
 * @param expected entries there are thought to be, 0 if unknown
 * @param files files whose contents were compared
 * @param bytes bytes of contents compared
 * @param differences differences that stand, mended or not
 * @param mended those of them that were mended
 * @param unsettled entries that changed each time they were looked at, and files that changed while
 *     they were read, so that nothing can be said
 * @param waiting entries that differed and are yet to be looked at again
 * @param elapsed since it began
 */
public record VerifyFigures(
    long directories,
    long entries,
    long expected,
    long files,
    long bytes,
    long differences,
    long mended,
    long unsettled,
    long waiting,
    Duration elapsed) {
  /** Nothing yet. */
  public static final VerifyFigures NONE =
      new VerifyFigures(0, 0, 0, 0, 0, 0, 0, 0, 0, Duration.ZERO);

  private double seconds() {
    return Math.max(0.001, elapsed.toNanos() / 1e9);
  }

  /** Returns entries a second so far. */
  public double rate() {
    return entries / seconds();
  }

  /** Returns bytes of contents a second so far. */
  public double bytesPerSecond() {
    return bytes / seconds();
  }

  /** Returns about how many seconds are left, -1 if nothing tells. */
  public long etaSeconds() {
    return expected <= 0 || entries <= 0
        ? -1
        : Math.round(Math.max(0, expected - entries) / rate());
  }
}
