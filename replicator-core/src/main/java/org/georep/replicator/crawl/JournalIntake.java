package org.georep.replicator.crawl;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.georep.changelog.journal.JournalPosition;
import org.georep.changelog.journal.JournalReader;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.georep.replicator.plan.DirtySet;

/**
 * Reads the journal in portions. What it adds is the one rule about capture's marks: a start of
 * capture that is not the run the reader was in, and a gap however noticed, mean that everything
 * has to be crawled. For one thread.
 */
public final class JournalIntake {
  private final JournalReader reader;
  private final RecordCounts counts;
  private Optional<UUID> capture;
  private Optional<Instant> mark = Optional.empty();
  private Optional<String> gap = Optional.empty();

  /**
   * Reads on from where the reader stands.
   *
   * @param capture the run of capture its position belongs to, if it was in one
   * @param counts takes note of each record
   */
  public JournalIntake(JournalReader reader, Optional<UUID> capture, RecordCounts counts) {
    this.reader = reader;
    this.counts = counts;
    this.capture = capture;
  }

  /**
   * Folds records into {@code dirty} until it asks for {@code limit} looks, or there are no more.
   *
   * @return how many records were read
   */
  public int read(DirtySet dirty, int limit) throws IOException {
    mark = Optional.empty();
    gap = Optional.empty();
    int read = 0;
    while (dirty.size() < limit) {
      Optional<JournalRecord> next = reader.next();
      if (next.isEmpty()) {
        break;
      }
      read++;
      counts.read(next.get());
      ChangeRecord change = next.get().change();
      if (change instanceof ChangeRecord.Drained drained) {
        mark = Optional.of(drained.upTo());
      } else if (change instanceof ChangeRecord.Started started) {
        if (capture.isEmpty() || !capture.get().equals(started.capture())) {
          gap = Optional.of("capture was started anew");
          mark = Optional.empty();
        }
        capture = Optional.of(started.capture());
      } else if (change instanceof ChangeRecord.Gap lost) {
        gap = Optional.of(lost.reason());
        mark = Optional.empty();
      } else {
        dirty.add(change);
      }
    }
    return read;
  }

  /** Returns the last mark of the portion last read, if there was one after its last gap. */
  public Optional<Instant> mark() {
    return mark;
  }

  /** Returns why events are missing, if the portion last read says so. */
  public Optional<String> gap() {
    return gap;
  }

  /** Returns the run of capture the reader is in. */
  public Optional<UUID> capture() {
    return capture;
  }

  /** Returns where the reader stands: after everything read so far. */
  public JournalPosition position() {
    return reader.position();
  }
}
