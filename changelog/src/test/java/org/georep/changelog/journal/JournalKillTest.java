package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.georep.changelog.record.JournalRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writers killed with SIGKILL at random moments, a reader in this process all the while. */
class JournalKillTest {
  @TempDir Path journal;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everythingAppendedIsReadAndNothingIsMissing(long seed) throws Exception {
    Random random = new Random(seed);
    List<JournalRecord> read = new ArrayList<>();
    long appended = 0;
    try (JournalReader reader = Journals.reader(journal, "live")) {
      Journals.reader(journal, "late").close();
      for (int run = 0; run < 3; run++) {
        try (WriterProcess writer = WriterProcess.start(journal)) {
          long until = appended + 1 + random.nextInt(4_000);
          long last = writer.awaitAppended(until);
          while (reader.position().sequence() < appended + (until - appended) / 2) {
            reader.next().ifPresent(read::add);
          }
          appended = writer.kill(last);
        }
        read.addAll(Journals.drain(reader));
        assertThat(read.get(read.size() - 1).sequence())
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(appended);
        appended = read.get(read.size() - 1).sequence();
      }
      Journals.verify(read, appended);
      assertThat(Journals.gaps(read)).as("seed %d", seed).isEmpty();
    }
    try (JournalReader late = Journals.reader(journal, "late")) {
      List<JournalRecord> all = Journals.drain(late);
      Journals.verify(all, appended);
      assertThat(Journals.gaps(all)).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void aReaderInAnotherProcessSeesWhatIsAppendedHere() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.reader(journal, "other").close();
      Process process =
          new ProcessBuilder(
                  WriterProcess.command(CountingReader.class, journal.toString(), "30000"))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        Journals.append(writer, 30_000);
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .isEqualTo("30000 records, 0 gaps");
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** Reads until a number, in a JVM of its own. */
  static final class CountingReader {
    private CountingReader() {}

    public static void main(String[] arguments) throws Exception {
      long until = Long.parseLong(arguments[1]);
      List<JournalRecord> records = new ArrayList<>();
      try (JournalReader reader = Journals.reader(Path.of(arguments[0]), "other")) {
        while (reader.position().sequence() < until) {
          reader.next().ifPresent(records::add);
        }
        Journals.verify(records, until);
        reader.acknowledge(reader.position());
      }
      System.out.print(records.size() + " records, " + Journals.gaps(records).size() + " gaps");
    }
  }
}
