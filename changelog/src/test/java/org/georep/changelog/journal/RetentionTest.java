package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import org.georep.changelog.record.JournalRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
  @TempDir Path journal;

  private NavigableSet<Long> generations() throws Exception {
    return JournalDirectory.at(journal).generations().list();
  }

  @Test
  void recordsAreKeptForTheSlowestReader() throws Exception {
    try (JournalWriter writer = Journals.writer(journal, Journals.TINY);
        JournalReader fast = Journals.reader(journal, "fast");
        JournalReader slow = Journals.reader(journal, "slow")) {
      Journals.append(writer, 10_000);
      long newest = generations().last();
      assertThat(newest).isGreaterThan(5);
      Journals.drain(fast);
      fast.acknowledge(fast.position());
      writer.trim();
      assertThat(generations()).as("slow has read nothing").hasSize((int) newest);
      List<JournalRecord> read = new ArrayList<>();
      while (slow.position().generation() < 4) {
        slow.next().ifPresent(read::add);
      }
      writer.trim();
      assertThat(generations()).as("slow has acknowledged nothing").contains(1L);
      slow.acknowledge(slow.position());
      writer.trim();
      assertThat(generations()).doesNotContain(1L, 2L, 3L).contains(4L);
      read.addAll(Journals.drain(slow));
      Journals.verify(read, 10_000);
      assertThat(Journals.gaps(read)).isEmpty();
      slow.acknowledge(slow.position());
      writer.trim();
      assertThat(generations().first()).isGreaterThanOrEqualTo(newest - 1);
    }
  }

  @Test
  void aForgottenReaderKeepsNothing() throws Exception {
    try (JournalWriter writer = Journals.writer(journal, Journals.TINY)) {
      Journals.reader(journal, "gone").close();
      Journals.append(writer, 5000);
      assertThat(generations()).contains(1L);
      assertThat(writer.directory().readers()).containsExactly("gone");
      assertThat(writer.directory().forget("gone")).isTrue();
      writer.trim();
      assertThat(generations()).doesNotContain(1L);
    }
  }

  @Test
  void theCapDropsTheOldestAndTheReaderIsToldSo() throws Exception {
    JournalSettings capped = new JournalSettings(512 << 10, 128 << 10);
    try (JournalWriter writer = Journals.writer(journal, capped);
        JournalReader open = Journals.reader(journal, "open")) {
      Journals.reader(journal, "away").close();
      Journals.append(writer, 10);
      List<JournalRecord> read = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        open.next().ifPresent(read::add);
      }
      for (int i = 0; i < 20; i++) {
        Journals.append(writer, 1000);
        assertThat(writer.bytes()).isLessThanOrEqualTo(capped.capBytes() + (16 << 10));
      }
      assertThat(generations()).doesNotContain(1L);
      try (JournalReader away = Journals.reader(journal, "away")) {
        List<JournalRecord> late = Journals.drain(away);
        Journals.verify(late, writer.lastSequence());
        assertThat(Journals.gaps(late)).hasSize(1).first().asString().contains("size limit");
        assertThat(Journals.isGap(late.get(0))).isTrue();
      }
      // What it has open it can still read, then it has a gap as well.
      read.addAll(Journals.drain(open));
      Journals.verify(read, writer.lastSequence());
      assertThat(Journals.gaps(read)).hasSize(1);
      open.acknowledge(open.position());
    }
    try (JournalReader again = Journals.reader(journal, "open")) {
      assertThat(again.next()).as("a gap that was acknowledged is not met again").isEmpty();
    }
  }

  @Test
  void theNumbersGoOnWhenEverythingWasTrimmed() throws Exception {
    for (int run = 0; run < 3; run++) {
      try (JournalWriter writer = Journals.writer(journal, Journals.TINY)) {
        assertThat(writer.lastSequence()).isEqualTo(run * 3000L);
        Journals.append(writer, 3000);
        writer.trim();
      }
    }
  }

  /**
   * What cannot be deleted takes space; it is no reason to take no records, or to tell of a gap.
   */
  @Test
  void aGenerationThatCannotBeDeletedLosesNoRecord() throws Exception {
    try (JournalWriter writer = Journals.writer(journal, Journals.TINY)) {
      Journals.append(writer, 10);
      Path stray = Files.createDirectories(journal.resolve("g1/stray/inner"));
      Journals.append(writer, 5000);
      writer.trim();
      assertThat(generations()).as("it keeps no other").hasSize(1).doesNotContain(1L);
      Files.delete(stray);
      writer.trim();
      assertThat(journal.resolve("g1")).doesNotExist();
    }
  }

  @Test
  void whatLiesBesideTheReadersIsNone() throws Exception {
    Journals.reader(journal, "a").close();
    for (String name : List.of(".a.swp", "a~", "a b", "a.new")) {
      Files.writeString(journal.resolve("readers").resolve(name), "x");
    }
    assertThat(JournalDirectory.at(journal).readers()).containsExactly("a");
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 10);
      writer.trim();
      try (JournalReader reader = Journals.reader(journal, "a")) {
        Journals.verify(Journals.drain(reader), 10);
      }
    }
  }

  @Test
  void aGenerationWhoseEndCannotBeWrittenCountsAllTheSame() throws Exception {
    try (JournalWriter writer = Journals.writer(journal, Journals.TINY)) {
      Journals.append(writer, 1);
      Files.createDirectory(journal.resolve("g1").resolve(GenerationFile.END + ".new"));
      assertThatThrownBy(() -> Journals.append(writer, 5000)).isInstanceOf(IOException.class);
      assertThat(writer.bytes()).isGreaterThanOrEqualTo(Journals.TINY.generationBytes());
    }
  }
}
