package org.georep.changelog.journal;

import java.util.Objects;

/** Where a reader begins. */
public sealed interface StartAt {
  /** Where it acknowledged last; with the oldest record if it never did. */
  record Acknowledged() implements StartAt {}

  /** After the record at a position that the caller kept. */
  record After(JournalPosition position) implements StartAt {
    /** Checks its part. */
    public After {
      Objects.requireNonNull(position, "position is null");
    }
  }

  /** After everything that is there now, for who crawls first anyway. */
  record End() implements StartAt {}
}
