package org.georep.changelog.capture.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalReader;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.JournalWriter;
import org.georep.changelog.journal.Mounted;
import org.georep.changelog.journal.StartAt;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalSinkTest {
  @TempDir Path temp;

  @Test
  void whatAFullDiskLosesIsAGapBeforeTheNextRecordAndNoMarkCoversIt() throws Exception {
    try (Mounted disk = Mounted.tmpfs(temp.resolve("full"), 4 << 10)) {
      JournalDirectory directory = JournalDirectory.at(disk.point().resolve("journal"));
      Path ballast = disk.point().resolve("ballast");
      try (JournalReader reader =
              JournalReader.open(directory, "a", new StartAt.Acknowledged(), Clock.systemUTC());
          JournalWriter writer =
              JournalWriter.open(directory, JournalSettings.DEFAULT, Clock.systemUTC())) {
        JournalSink sink = new JournalSink(writer, Clock.systemUTC(), () -> {});
        sink.append(FakeSource.change(0));
        fill(ballast);
        int appended = 0;
        while (sink.lost() == null) {
          sink.append(FakeSource.change(++appended));
        }
        sink.append(FakeSource.change(-1));
        sink.append(new ChangeRecord.Drained(Instant.now()));
        Files.delete(ballast);
        sink.append(new ChangeRecord.Drained(Instant.now()));
        assertThat(sink.lost()).isNull();
        sink.append(FakeSource.change(-2));

        List<ChangeRecord> read = new ArrayList<>();
        for (Optional<JournalRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
          read.add(next.get().change());
        }
        assertThat(read).hasSize(appended + 3);
        assertThat(read.get(appended))
            .isInstanceOfSatisfying(
                ChangeRecord.Gap.class, gap -> assertThat(gap.reason()).contains("full"));
        assertThat(read.get(appended + 1)).isInstanceOf(ChangeRecord.Drained.class);
        assertThat(read.get(appended + 2)).isEqualTo(FakeSource.change(-2));
      }
    }
  }

  @Test
  void readersAreWokenForWhatIsWrittenAndNothingElse() throws Exception {
    JournalDirectory directory = JournalDirectory.at(temp.resolve("journal"));
    try (JournalWriter writer =
        JournalWriter.open(directory, JournalSettings.DEFAULT, Clock.systemUTC())) {
      List<Long> woken = new ArrayList<>();
      JournalSink sink =
          new JournalSink(writer, Clock.systemUTC(), () -> woken.add(writer.lastSequence()));
      sink.flush();
      assertThat(woken).as("nothing was written yet").isEmpty();
      sink.append(FakeSource.change(0));
      sink.flush();
      sink.flush();
      sink.append(new ChangeRecord.Drained(Instant.now()));
      sink.flush();
      sink.append(new ChangeRecord.Drained(Instant.now()));
      sink.flush();
      assertThat(woken).as("a mark that is left out wakes nobody").containsExactly(1L, 2L);
    }
  }

  private static void fill(Path file) throws IOException {
    byte[] zeros = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(zeros);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("space");
    }
  }
}
