package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Scanner;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
  @TempDir Path journal;

  @Test
  void whatIsAppendedIsReadInOrder() throws Exception {
    try (JournalWriter writer = Journals.writer(journal);
        JournalReader reader = Journals.reader(journal, "a")) {
      assertThat(reader.next()).isEmpty();
      assertThat(reader.ready()).isFalse();
      Journals.append(writer, 1000);
      assertThat(reader.ready()).isTrue();
      assertThat(reader.pendingRecords()).isEqualTo(1000);
      List<JournalRecord> first = Journals.drain(reader);
      Journals.verify(first, 1000);
      assertThat(first).hasSize(1000).noneMatch(Journals::isGap);
      assertThat(reader.pendingRecords()).isZero();
      assertThat(reader.ready()).isFalse();
      Journals.append(writer, 20_000);
      List<JournalRecord> second = Journals.drain(reader);
      assertThat(second).hasSize(20_000).noneMatch(Journals::isGap);
      assertThat(second.get(0).sequence()).isEqualTo(1001);
      assertThat(reader.position().generation()).isGreaterThan(2);
      assertThat(writer.bytes()).isBetween(500_000L, 3_000_000L);
      assertThat(reader.bytes()).isEqualTo(writer.bytes());
    }
  }

  @Test
  void aReaderGoesOnWhereItAcknowledged() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 9000);
      try (JournalReader reader = Journals.reader(journal, "a")) {
        for (int i = 0; i < 7000; i++) {
          reader.next();
        }
        reader.acknowledge(reader.position());
        Journals.drain(reader);
      }
      try (JournalReader reader = Journals.reader(journal, "a")) {
        assertThat(reader.position().sequence()).isEqualTo(7000);
        assertThat(Journals.drain(reader))
            .hasSize(2000)
            .first()
            .extracting(JournalRecord::sequence)
            .isEqualTo(7001L);
      }
    }
  }

  @Test
  void aReaderCanBeginAtTheEndOrAtAPositionItKept() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 10);
      JournalPosition kept;
      try (JournalReader reader = Journals.reader(journal, "a")) {
        reader.next();
        kept = JournalPosition.parse(reader.position().toString());
      }
      try (JournalReader end = Journals.reader(journal, "b", new StartAt.End());
          JournalReader after = Journals.reader(journal, "a", new StartAt.After(kept))) {
        assertThat(end.next()).isEmpty();
        Journals.append(writer, 1);
        assertThat(Journals.drain(end)).extracting(JournalRecord::sequence).containsExactly(11L);
        assertThat(Journals.drain(after)).hasSize(10);
      }
    }
  }

  @Test
  void numbersGoOnAcrossWritersWithoutAGap() throws Exception {
    Journals.reader(journal, "a").close();
    for (int i = 0; i < 4; i++) {
      try (JournalWriter writer = Journals.writer(journal)) {
        Journals.append(writer, 100);
      }
    }
    try (JournalReader reader = Journals.reader(journal, "a")) {
      List<JournalRecord> records = Journals.drain(reader);
      Journals.verify(records, 400);
      assertThat(records).hasSize(400).noneMatch(Journals::isGap);
    }
  }

  /** Whoever removed it need not have told the readers, which keep their positions elsewhere. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 50})
  void aJournalThatWasRemovedIsAGapToWhoReadTheOneBefore(int read) throws Exception {
    JournalDirectory directory = JournalDirectory.at(journal.resolve("journal"));
    JournalPosition kept;
    try (JournalWriter writer = writer(directory, 1)) {
      Journals.append(writer, 50);
      try (JournalReader reader = Journals.reader(directory.path(), "a")) {
        for (int i = 0; i < read; i++) {
          reader.next();
        }
        kept = reader.position();
      }
    }
    Files.move(directory.path(), journal.resolve("removed"));
    try (JournalWriter writer = writer(directory, 2)) {
      Journals.append(writer, 100);
      try (JournalReader reader = Journals.reader(directory.path(), "a", new StartAt.After(kept))) {
        List<JournalRecord> records = Journals.drain(reader);
        assertThat(records.get(0)).matches(Journals::isGap);
        assertThat(records.subList(1, records.size())).hasSize(100).noneMatch(Journals::isGap);
      }
    }
  }

  private static JournalWriter writer(JournalDirectory directory, long second) throws Exception {
    Clock clock = Clock.fixed(Instant.ofEpochSecond(second), ZoneOffset.UTC);
    return JournalWriter.open(directory, Journals.SMALL, clock);
  }

  @Test
  void aSecondWriterIsRefusedAndTheFirstKeepsItsLock() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> Journals.writer(journal))
            .isInstanceOf(JournalHeldException.class)
            .hasMessageContaining("has a writer already");
      }
      Journals.append(writer, 1);
    }
    Journals.writer(journal).close();
  }

  @Test
  void anotherBootWithoutACleanEndIsAGap() throws Exception {
    JournalDirectory directory = JournalDirectory.at(journal);
    try (JournalReader reader = Journals.reader(journal, "a")) {
      try (JournalWriter writer =
          JournalWriter.open(directory, Journals.SMALL, Journals.CLOCK, "boot-1")) {
        Journals.append(writer, 50);
      }
      Files.delete(journal.resolve("g1").resolve(GenerationFile.END));
      try (JournalWriter writer =
          JournalWriter.open(directory, Journals.SMALL, Journals.CLOCK, "boot-2")) {
        Journals.append(writer, 50);
        List<JournalRecord> records = Journals.drain(reader);
        Journals.verify(records, 100);
        assertThat(Journals.gaps(records)).hasSize(1).first().asString().contains("clean end");
        assertThat(records.get(50).change()).isInstanceOf(ChangeRecord.Gap.class);
        assertThat(records).hasSize(101);
      }
    }
  }

  @Test
  void theSameBootWithoutACleanEndIsNoGap() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 50);
    }
    Files.delete(journal.resolve("g1").resolve(GenerationFile.END));
    try (JournalWriter writer = Journals.writer(journal);
        JournalReader reader = Journals.reader(journal, "a")) {
      Journals.append(writer, 50);
      assertThat(Journals.drain(reader)).hasSize(100).noneMatch(Journals::isGap);
    }
  }

  @Test
  void anIdleJournalIsSmallOnDisk() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 1);
      Process du =
          new ProcessBuilder("du", "-sk", journal.toString()).redirectErrorStream(true).start();
      try (Scanner kilobytes = new Scanner(du.getInputStream(), StandardCharsets.UTF_8)) {
        assertThat(kilobytes.nextInt()).isLessThan(300);
      }
    }
  }
}
