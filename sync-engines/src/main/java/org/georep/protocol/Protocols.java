package org.georep.protocol;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * The protocols one end speaks: all from the oldest to the newest. Both ends say theirs, and the
 * newest that both speak is spoken. So either end may be upgraded before the other, as long as
 * their versions are neighbours.
 *
 * <p>2 is the first that was given to anybody. 3 has a range in the first line, and {@link
 * Reply.Refusal#NEWER_FORMAT}, which to 2 is {@link Reply.Refusal#UNUSABLE}. 4 has {@link
 * Aspect#CONTENT} among what an agent finds. 5 has CRC-32C among what {@link Request.DigestBlocks}
 * asks for. Whoever adds one raises {@link #NEWEST}, says here what it brings, and has both ends
 * ask the protocol that is spoken before they use it.
 *
 * @param oldest at least 1
 * @param newest not before the oldest
 */
public record Protocols(int oldest, int newest) {
  /** The oldest this version speaks. */
  public static final int OLDEST = 2;

  /** The newest this version speaks. */
  public static final int NEWEST = 5;

  /** Since this one a secondary of a newer format is refused as such. */
  public static final int NEWER_FORMAT_REFUSAL = 3;

  /** Since this one an agent says whose contents it doubts. */
  public static final int DOUBTED_CONTENT = 4;

  /** Since this one an agent compares blocks by {@link BlockDigests#SUM}. */
  public static final int BLOCK_SUMS = 5;

  /**
   * What this process speaks. The property {@code georep.protocol} keeps it to an older one, so
   * that an upgrade can be rehearsed.
   */
  public static final Protocols SPOKEN = kept(System.getProperty("georep.protocol"));

  /** Checks its parts. */
  public Protocols {
    if (oldest < 1 || newest < oldest) {
      throw new IllegalArgumentException("no protocols: " + oldest + " to " + newest);
    }
  }

  private static Protocols kept(@org.jspecify.annotations.Nullable String newest) {
    return new Protocols(
        OLDEST, newest == null ? NEWEST : Math.max(OLDEST, Math.min(NEWEST, number(newest))));
  }

  /** Returns those of an end that speaks one only. */
  public static Protocols only(int protocol) {
    return new Protocols(protocol, protocol);
  }

  /** Returns the newest that both speak. */
  public OptionalInt agree(Protocols other) {
    int common = Math.min(newest, other.newest());
    return common >= Math.max(oldest, other.oldest())
        ? OptionalInt.of(common)
        : OptionalInt.empty();
  }

  /** Returns whether an end that speaks these speaks this one. */
  public boolean has(int protocol) {
    return protocol >= oldest && protocol <= newest;
  }

  /** Returns whether it is one only. */
  public boolean isOne() {
    return oldest == newest;
  }

  /** Returns the number a word is, -1 if it is none. */
  static int number(String word) {
    return Objects.requireNonNull(word, "word is null").matches("[0-9]{1,6}")
        ? Integer.parseInt(word)
        : -1;
  }

  /** Returns them as words. */
  @Override
  public String toString() {
    return isOne() ? "protocol " + oldest : "protocols " + oldest + " to " + newest;
  }
}
