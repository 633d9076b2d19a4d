package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.georep.changelog.record.JournalRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Full disks and power cuts, on file systems of their own. */
class JournalDiskTest {
  private static final JournalSettings SETTINGS = new JournalSettings(64 << 20, 16 << 20);
  @TempDir Path temp;

  @Test
  void aFullDiskIsSaidAndLeavesAWholeJournal() throws Exception {
    try (Mounted disk = Mounted.tmpfs(temp.resolve("full"), 4 << 10)) {
      Path journal = disk.point().resolve("journal");
      Path ballast = disk.point().resolve("ballast");
      try (JournalReader reader = Journals.reader(journal, "a");
          JournalWriter writer = Journals.writer(journal, SETTINGS)) {
        Journals.append(writer, 1);
        fill(ballast);
        assertThatThrownBy(() -> Journals.append(writer, 100_000))
            .isInstanceOf(JournalFullException.class)
            .hasMessageContaining("no space");
        long last = writer.lastSequence();
        assertThat(last).isGreaterThan(100);
        assertThatThrownBy(() -> Journals.append(writer, 100_000))
            .isInstanceOf(JournalFullException.class);
        Files.delete(ballast);
        Journals.append(writer, 1000);
        writer.sync();
        List<JournalRecord> read = Journals.drain(reader);
        Journals.verify(read, writer.lastSequence());
        assertThat(Journals.gaps(read)).isEmpty();
        assertThat(read.size()).isGreaterThanOrEqualTo((int) last + 1000);
      }
    }
  }

  private static void fill(Path file) throws Exception {
    byte[] zeros = new byte[4096];
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(zeros);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("space");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatWasSyncedSurvivesAPowerCutAndTheRestIsAGap(long seed) throws Exception {
    Random random = new Random(seed);
    Path image = temp.resolve("disk");
    Path after = temp.resolve("after");
    Mounted.format(image, 64);
    long synced = 0;
    try (Mounted disk = Mounted.image(image, temp.resolve("mounted"))) {
      Path journal = disk.point().resolve("journal");
      Journals.reader(journal, "a").close();
      JournalSettings settings = seed % 2 == 0 ? Journals.TINY : SETTINGS;
      try (JournalWriter writer =
          JournalWriter.open(JournalDirectory.at(journal), settings, Clock.systemUTC(), "boot-1")) {
        for (int i = 0; i < 3; i++) {
          Journals.append(writer, 1 + random.nextInt(3000));
          writer.sync();
          synced = writer.lastSequence();
        }
        Journals.append(writer, 1 + random.nextInt(3000));
        Files.copy(image, after); // what the disk has at this moment
      }
    }
    try (Mounted disk = Mounted.image(after, temp.resolve("mounted"))) {
      Path journal = disk.point().resolve("journal");
      List<JournalRecord> read = new ArrayList<>();
      try (JournalReader reader = Journals.reader(journal, "a");
          JournalWriter writer =
              JournalWriter.open(
                  JournalDirectory.at(journal), SETTINGS, Clock.systemUTC(), "boot-2")) {
        read.addAll(Journals.drain(reader));
        long survived = read.stream().filter(r -> !Journals.isGap(r)).count();
        assertThat(survived).as("seed %d", seed).isGreaterThanOrEqualTo(synced);
        Journals.append(writer, 10);
        read.addAll(Journals.drain(reader));
        Journals.verify(read, writer.lastSequence());
        assertThat(Journals.gaps(read)).as("seed %d", seed).isNotEmpty();
      }
    }
  }

  @Test
  void anInterruptedReaderSeesNoGap() throws Exception {
    Path journal = temp.resolve("journal");
    try (JournalReader reader = Journals.reader(journal, "a");
        JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 5000);
      Thread self = Thread.currentThread();
      Thread pest =
          new Thread(
              () -> {
                while (!Thread.currentThread().isInterrupted()) {
                  self.interrupt();
                  LockSupport.parkNanos(500_000);
                }
              });
      pest.start();
      List<JournalRecord> read = new ArrayList<>();
      try {
        while (reader.position().sequence() < 5000) {
          reader.next().ifPresent(read::add);
        }
      } finally {
        pest.interrupt();
        boolean joined = false;
        while (!joined) {
          try {
            pest.join();
            joined = true;
          } catch (InterruptedException e) {
            joined = false;
          }
        }
        Thread.interrupted();
      }
      Journals.verify(read, 5000);
      assertThat(Journals.gaps(read)).isEmpty();
    }
  }
}
