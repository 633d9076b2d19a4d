package org.georep.changelog.journal;

import com.google.errorprone.annotations.Immutable;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * After which record a reader stands. The generation is part of it because after a power loss the
 * same sequence numbers could otherwise mean other records.
 *
 * @param generation the generation of the record, 0 before the first
 * @param sequence the record's sequence number, 0 before the first
 */
@Immutable
public record JournalPosition(long generation, long sequence)
    implements Comparable<JournalPosition> {
  /** Before record 1. If that is not there any more, reading starts with a gap. */
  public static final JournalPosition ORIGIN = new JournalPosition(0, 0);

  private static final Comparator<JournalPosition> ORDER =
      Comparator.comparingLong(JournalPosition::generation)
          .thenComparingLong(JournalPosition::sequence);
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18}):(\\d{1,18})");

  /** Checks its parts. */
  public JournalPosition {
    if (generation < 0 || sequence < 0) {
      throw new IllegalArgumentException(
          "a position is not negative, as " + generation + ":" + sequence + " is");
    }
  }

  /**
   * Parses what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no position
   */
  public static JournalPosition parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a journal position looks like 3:1024, not '" + text + "'");
    }
    return new JournalPosition(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  @Override
  public int compareTo(JournalPosition other) {
    return ORDER.compare(this, other);
  }

  /** Returns {@code GENERATION:SEQUENCE}, for {@link #parse}. */
  @Override
  public String toString() {
    return generation + ":" + sequence;
  }
}
