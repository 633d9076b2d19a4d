package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.georep.changelog.record.JournalRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a lost page, a cut file, a deleted one look like to a reader: a gap, and on it goes. */
class JournalDamageTest {
  private static final int PAGE = 4096;

  /** Enough for several generations, the last of them partly filled. */
  private static final int COUNT = 12_000;

  @TempDir Path temp;
  private Path journal;

  @BeforeEach
  void register() throws Exception {
    journal = temp.resolve("journal");
    Journals.reader(journal, "a").close();
  }

  private void fill() throws IOException {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, COUNT);
    }
    assertThat(JournalDirectory.at(journal).generations().list()).hasSizeGreaterThan(2);
  }

  /** Reads what is there, then what a next writer adds. */
  private List<JournalRecord> readAll() throws IOException {
    try (JournalReader reader = Journals.reader(journal, "a")) {
      List<JournalRecord> read = new ArrayList<>(Journals.drain(reader));
      try (JournalWriter writer = Journals.writer(journal)) {
        Journals.append(writer, 100);
        read.addAll(Journals.drain(reader));
        Journals.verify(read, writer.lastSequence());
        assertThat(read.get(read.size() - 1).sequence())
            .as("the reader came to the end")
            .isEqualTo(writer.lastSequence());
      }
      return read;
    }
  }

  private static void zero(Path file, long offset, int length) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(offset);
      open.write(new byte[length]);
    }
  }

  @Test
  void aZeroedPageIsAGapAndMostOfTheRestIsRead() throws Exception {
    fill();
    zero(Journals.file(journal, 2), 30L * PAGE, PAGE);
    List<JournalRecord> read = readAll();
    assertThat(Journals.gaps(read)).hasSize(1).first().asString().contains("cannot be read");
    assertThat(read.size()).isGreaterThan(COUNT - 1000);
  }

  @Test
  void aLostFirstPageLosesNoRecord() throws Exception {
    fill();
    zero(Journals.file(journal, 2), 0, PAGE);
    assertThat(readAll()).hasSize(COUNT + 100).noneMatch(Journals::isGap);
  }

  @Test
  void aCutFileIsAGap() throws Exception {
    fill();
    try (RandomAccessFile open = new RandomAccessFile(Journals.file(journal, 2).toFile(), "rw")) {
      open.setLength(40L * PAGE + 17);
    }
    assertThat(Journals.gaps(readAll())).hasSize(1);
  }

  @Test
  void aCutLastFileIsAGap() throws Exception {
    fill();
    long newest = JournalDirectory.at(journal).generations().list().last();
    try (RandomAccessFile open =
        new RandomAccessFile(Journals.file(journal, newest).toFile(), "rw")) {
      open.setLength(20L * PAGE);
    }
    assertThat(Journals.gaps(readAll())).isNotEmpty();
  }

  @Test
  void aDeletedFileIsAGap() throws Exception {
    fill();
    Files.delete(Journals.file(journal, 2));
    assertThat(Journals.gaps(readAll())).hasSize(1);
  }

  @Test
  void aDeletedGenerationIsAGap() throws Exception {
    fill();
    JournalDirectory.at(journal).generations().delete(2);
    assertThat(Journals.gaps(readAll())).hasSize(1).first().asString().contains("missing");
  }

  @Test
  void aFlippedBitIsAGapOfOneRecord() throws Exception {
    fill();
    Path file = Journals.file(journal, 2);
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = text.indexOf("file-5");
    bytes[at + 6] ^= 1;
    Files.write(file, bytes);
    List<JournalRecord> read = readAll();
    assertThat(Journals.gaps(read)).hasSize(1).first().asString().contains("cannot be read");
    assertThat(read).hasSize(COUNT + 100);
  }

  @Test
  void damagedSmallFilesAreGapsAtWorst() throws Exception {
    for (String file : List.of("g2/begin", "g2/end", "readers/a", "head")) {
      register();
      fill();
      Path path = journal.resolve(file);
      zero(path, 0, (int) Files.size(path));
      readAll();
      wipe();
    }
  }

  private void wipe() throws IOException {
    JournalDirectory directory = JournalDirectory.at(journal);
    for (long generation : directory.generations().list()) {
      directory.generations().delete(generation);
    }
    Files.delete(journal.resolve("head"));
    directory.forget("a");
  }

  @Test
  void aReaderThatIsAheadOfAReplacedJournalSaysSo() throws Exception {
    fill();
    try (JournalReader reader = Journals.reader(journal, "a")) {
      Journals.drain(reader);
      reader.acknowledge(reader.position());
      JournalPosition before = reader.position();
      wipe();
      try (JournalWriter writer = Journals.writer(journal)) {
        Journals.append(writer, 10);
        List<JournalRecord> read = Journals.drain(reader);
        assertThat(Journals.gaps(read)).hasSize(1).first().asString().contains("replaced");
        assertThat(read).hasSize(11);
        try (JournalReader again = Journals.reader(journal, "b", new StartAt.After(before))) {
          assertThat(Journals.gaps(Journals.drain(again))).hasSize(1);
        }
      }
    }
  }

  @Test
  void aHoleInWhatIsBeingWrittenIsCrossedWhileTheWriterGoesOn() throws Exception {
    try (JournalWriter writer = Journals.writer(journal);
        JournalReader reader = Journals.reader(journal, "a")) {
      Journals.append(writer, 3000);
      zero(Journals.file(journal, 1), 20L * PAGE, 10 * PAGE);
      List<JournalRecord> read = new ArrayList<>(Journals.drain(reader));
      assertThat(Journals.gaps(read)).hasSize(1);
      assertThat(read.get(read.size() - 1).sequence()).isEqualTo(3000);
      for (int i = 0; i < 300; i++) {
        appendOrLeaveOut(writer);
      }
      writer.sync();
      read.addAll(Journals.drain(reader));
      Journals.append(writer, 100);
      read.addAll(Journals.drain(reader));
      Journals.verify(read, writer.lastSequence());
      assertThat(read.get(read.size() - 1).sequence()).isEqualTo(writer.lastSequence());
    }
  }

  /** Chronicle may notice the hole itself; the writer then leaves a number out and goes on. */
  private static void appendOrLeaveOut(JournalWriter writer) {
    long next = writer.lastSequence() + 1;
    try {
      assertThat(writer.append(Journals.change(next))).isEqualTo(next);
    } catch (IOException e) {
      assertThat(writer.lastSequence()).isEqualTo(next);
    }
  }

  @Test
  void aHoleWithNothingBehindItIsAGapAndTheWriterBeginsAnew() throws Exception {
    try (JournalWriter writer = Journals.writer(journal);
        JournalReader reader = Journals.reader(journal, "a")) {
      Journals.append(writer, 1500);
      Path file = Journals.file(journal, 1);
      zero(file, 20L * PAGE, (int) Files.size(file) - 20 * PAGE);
      List<JournalRecord> read = new ArrayList<>(Journals.drain(reader));
      assertThat(Journals.gaps(read)).hasSize(1).first().asString().contains("to 1500 cannot");
      assertThat(reader.ready()).as("nothing more until the writer goes on").isFalse();
      writer.sync();
      Journals.append(writer, 100);
      assertThat(reader.ready()).isTrue();
      List<JournalRecord> after = Journals.drain(reader);
      assertThat(after).as("the gap was told already").hasSize(100);
      read.addAll(after);
      Journals.verify(read, 1600);
    }
  }

  @Test
  void aGenerationDeletedUnderTheWriterIsLeft() throws Exception {
    try (JournalWriter writer = Journals.writer(journal);
        JournalReader reader = Journals.reader(journal, "a")) {
      Journals.append(writer, 100);
      JournalDirectory.at(journal).generations().delete(1);
      writer.sync();
      Journals.append(writer, 100);
      List<JournalRecord> read = Journals.drain(reader);
      Journals.verify(read, 200);
      assertThat(Journals.gaps(read)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void randomDamageNeverShowsAWrongRecordAndNeverSticks(long seed) throws Exception {
    Random random = new Random(seed);
    fill();
    long newest = JournalDirectory.at(journal).generations().list().last();
    for (int hit = 0; hit < 1 + random.nextInt(4); hit++) {
      Path file = Journals.file(journal, 1 + random.nextInt((int) newest));
      long size = Math.min(Files.size(file), 300 << 10);
      try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
        long at = (long) (random.nextDouble() * size);
        switch (random.nextInt(4)) {
          case 0 -> open.setLength(at);
          case 1 -> {
            open.seek(at / PAGE * PAGE);
            open.write(new byte[PAGE * (1 + random.nextInt(8))]);
          }
          case 2 -> {
            byte[] noise = new byte[1 + random.nextInt(2 * PAGE)];
            random.nextBytes(noise);
            open.seek(at);
            open.write(noise);
          }
          default -> {
            open.seek(at);
            open.write(random.nextInt(256));
          }
        }
      }
    }
    readAll();
  }
}
