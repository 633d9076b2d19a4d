package org.georep.protocol;

/**
 * How much of the secondary's file system is to stay free: so many bytes and so many parts of all
 * of it, whichever is more.
 *
 * @param bytes 0 or more
 * @param tenThousandths parts of ten thousand, 0 to 10000
 */
public record MinFree(long bytes, int tenThousandths) {
  /** Nothing has to stay free. */
  public static final MinFree NONE = new MinFree(0, 0);

  /** What is asked for at most: one in so many parts. */
  public static final int WHOLE = 10_000;

  /** Checks its parts. */
  public MinFree {
    if (bytes < 0 || tenThousandths < 0 || tenThousandths > WHOLE) {
      throw new IllegalArgumentException(bytes + " bytes and " + tenThousandths + " of " + WHOLE);
    }
  }

  /** Returns how many bytes that is on a file system of this size. */
  public long of(long size) {
    return Math.max(bytes, (long) ((double) size / WHOLE * tenThousandths));
  }
}
