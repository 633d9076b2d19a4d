package org.georep.changelog.journal;

/**
 * How large a volume's journal may become.
 *
 * @param capBytes beyond this many bytes the oldest records are dropped, read or not
 * @param generationBytes a new generation begins when one has grown to this many bytes; what is
 *     trimmed are whole generations
 */
public record JournalSettings(long capBytes, long generationBytes) {
  /** 4 GiB at most (some 70 million records), in generations of 64 MiB. */
  public static final JournalSettings DEFAULT = new JournalSettings(4L << 30, 64L << 20);

  /** The smallest generation: an empty one takes about as much. */
  public static final long MIN_GENERATION_BYTES = 128 << 10;

  /** Checks its parts. */
  public JournalSettings {
    if (generationBytes < MIN_GENERATION_BYTES || generationBytes > 1L << 30) {
      throw new IllegalArgumentException(
          "a generation has 128 KiB to 1 GiB, not " + generationBytes + " bytes");
    }
    if (capBytes < 2 * generationBytes) {
      throw new IllegalArgumentException(
          "the cap holds at least two generations, " + capBytes + " bytes do not");
    }
  }

  /** Returns settings with this cap and generations of at most a quarter of it. */
  public static JournalSettings capped(long capBytes) {
    long generation =
        Math.max(MIN_GENERATION_BYTES, Math.min(DEFAULT.generationBytes(), capBytes / 4));
    return new JournalSettings(capBytes, generation);
  }
}
