package org.georep.bench.inner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalPosition;
import org.georep.changelog.journal.JournalReader;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.JournalWriter;
import org.georep.changelog.journal.StartAt;
import org.georep.changelog.record.ChangeRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** One record into the journal, and out of it. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class JournalBenchmark {
  private static final int RECORDS = 30_000;
  private static final JournalSettings SETTINGS = JournalSettings.capped(512L << 20);

  private Path path;
  private JournalDirectory full;
  private JournalWriter writer;
  private List<ChangeRecord> records;
  private int next;

  /** Makes one to append to and one to read. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    path = Files.createTempDirectory("georep-bench-journal");
    records = Samples.burst(RECORDS / 3);
    full = JournalDirectory.at(path.resolve("full")).create();
    try (JournalWriter filler = JournalWriter.open(full, SETTINGS, Clock.systemUTC())) {
      for (ChangeRecord change : records) {
        filler.append(change);
      }
    }
    JournalDirectory growing = JournalDirectory.at(path.resolve("growing")).create();
    writer = JournalWriter.open(growing, SETTINGS, Clock.systemUTC());
  }

  /** Removes them. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    writer.close();
    Samples.delete(path);
  }

  /** Appends a record; the page cache has it. */
  @Benchmark
  public long append() throws IOException {
    next = next + 1 == RECORDS ? 0 : next + 1;
    return writer.append(records.get(next));
  }

  /** Reads a record; the opening of the reader, which syncs a file, is shared by 30,000. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public void read(Blackhole hole) throws IOException {
    StartAt begin = new StartAt.After(JournalPosition.ORIGIN);
    try (JournalReader reader = JournalReader.open(full, "bench", begin, Clock.systemUTC())) {
      for (int i = 0; i < RECORDS; i++) {
        hole.consume(reader.next().orElseThrow());
      }
    }
  }
}
