package org.georep.replicator.lease;

import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.changelog.journal.JournalPosition;
import org.georep.changelog.journal.JournalReader;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.georep.replicator.stime.SyncState;

/**
 * Goes through a Passive's journal behind the pair's stime.
 *
 * <p>A state is taken at a drain mark only, when the mark was written before the pair's stime: then
 * whatever the journal holds up to there happened earlier still, and is durable on the secondary;
 * what it lost up to there, too. So a gap before the mark is healed by waiting, and a gap after it
 * is met again by whoever reads on from there. Nothing is read that is not needed for that. For one
 * thread.
 */
public final class Follower {
  private record Mark(Instant written, SyncState state) {}

  private final JournalReader reader;
  private Optional<UUID> capture;
  private Optional<Mark> next = Optional.empty();

  /**
   * Reads on from where a reader stands.
   *
   * @param start the state it stands at
   */
  public Follower(JournalReader reader, SyncState start) {
    this.reader = Objects.requireNonNull(reader, "reader is null");
    this.capture = start.capture();
  }

  /**
   * Goes as far as it may.
   *
   * @param upTo everything that happened before is durable on the secondary
   * @return the state reached, if it is another
   */
  public Optional<SyncState> follow(Instant upTo) throws IOException {
    Optional<SyncState> reached = Optional.empty();
    while (true) {
      if (next.isEmpty()) {
        next = nextMark();
      }
      if (next.isEmpty() || !next.get().written().isBefore(upTo)) {
        return reached;
      }
      reached = Optional.of(next.get().state());
      next = Optional.empty();
    }
  }

  private Optional<Mark> nextMark() throws IOException {
    for (Optional<JournalRecord> record = reader.next();
        record.isPresent();
        record = reader.next()) {
      ChangeRecord change = record.get().change();
      if (change instanceof ChangeRecord.Started started) {
        capture = Optional.of(started.capture());
      } else if (change instanceof ChangeRecord.Drained drained) {
        JournalPosition position = reader.position();
        return Optional.of(
            new Mark(
                record.get().time(),
                new SyncState(Optional.of(drained.upTo()), Optional.of(position), capture)));
      }
    }
    return Optional.empty();
  }
}
