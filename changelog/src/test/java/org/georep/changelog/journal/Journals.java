package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/** Short ways to a journal in a test. */
final class Journals {
  static final JournalSettings SMALL = new JournalSettings(8 << 20, 256 << 10);

  /** Generations of about a thousand records. */
  static final JournalSettings TINY = new JournalSettings(8 << 20, 128 << 10);

  /** The system's, but that the first generation of a journal is 1 by it. */
  static final Clock CLOCK = new NumberingFromOne();

  private static final Gfid DIRECTORY = Gfid.of(new byte[] {1, 2, 3, 4});

  private Journals() {}

  /** Records have an instant, and are as long as ever; generations are numbered from the millis. */
  private static final class NumberingFromOne extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.now();
    }

    @Override
    public long millis() {
      return 0;
    }
  }

  static JournalWriter writer(Path path) throws IOException {
    return writer(path, SMALL);
  }

  static JournalWriter writer(Path path, JournalSettings settings) throws IOException {
    return JournalWriter.open(JournalDirectory.at(path), settings, CLOCK);
  }

  static JournalReader reader(Path path, String name) throws IOException {
    return reader(path, name, new StartAt.Acknowledged());
  }

  static JournalReader reader(Path path, String name, StartAt start) throws IOException {
    return JournalReader.open(JournalDirectory.at(path), name, start, Clock.systemUTC());
  }

  /** The change that is told from others by a number. */
  static ChangeRecord change(long number) {
    return new ChangeRecord.Entry(
        new Place(DIRECTORY, FileName.of("file-" + number)), Optional.empty());
  }

  static void append(JournalWriter writer, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      long sequence = writer.append(change(writer.lastSequence() + 1));
      if (sequence != writer.lastSequence()) {
        throw new AssertionError("the number returned is not the last");
      }
    }
  }

  /** Everything there is to read now. */
  static List<JournalRecord> drain(JournalReader reader) throws IOException {
    List<JournalRecord> records = new ArrayList<>();
    for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
      records.add(next.get());
    }
    return records;
  }

  static boolean isGap(JournalRecord record) {
    return record.change() instanceof ChangeRecord.Gap;
  }

  static List<String> gaps(List<JournalRecord> records) {
    return records.stream()
        .filter(Journals::isGap)
        .map(record -> ((ChangeRecord.Gap) record.change()).reason())
        .toList();
  }

  /**
   * Throws unless every number from 1 to {@code last} was read as it was written, or a gap stands
   * where it is missing.
   */
  static void verify(List<JournalRecord> records, long last) {
    long next = 1;
    boolean gap = false;
    TreeSet<Long> seen = new TreeSet<>();
    for (JournalRecord record : records) {
      if (isGap(record)) {
        gap = true;
        continue;
      }
      if (record.sequence() != next && !gap) {
        throw new AssertionError("without a gap, " + next + " is followed by " + record);
      }
      if (!record.change().equals(change(record.sequence()))) {
        throw new AssertionError("not as it was written: " + record);
      }
      if (!seen.add(record.sequence())) {
        throw new AssertionError("twice: " + record);
      }
      gap = false;
      next = record.sequence() + 1;
    }
    if (next != last + 1 && !gap) {
      throw new AssertionError("read up to " + (next - 1) + " of " + last + " without a gap");
    }
  }

  static Path file(Path journal, long generation) {
    return journal.resolve("g" + generation).resolve(ChronicleQueues.FILE);
  }
}
