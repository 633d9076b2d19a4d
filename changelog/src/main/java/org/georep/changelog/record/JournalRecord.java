package org.georep.changelog.record;

import java.time.Instant;
import java.util.Objects;

/**
 * A record as it stands in the journal.
 *
 * @param sequence its number: one more than its predecessor's, from 1 on
 * @param time when it was appended
 * @param change what it says
 */
public record JournalRecord(long sequence, Instant time, ChangeRecord change) {
  /** Checks its parts. */
  public JournalRecord {
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence numbers start at 1, not " + sequence);
    }
    Objects.requireNonNull(time, "time is null");
    Objects.requireNonNull(change, "change is null");
  }
}
