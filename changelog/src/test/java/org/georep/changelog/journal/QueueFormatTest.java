package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.georep.changelog.record.JournalRecord;
import org.georep.changelog.record.RecordCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pins what the journal takes for granted of Chronicle Queue. */
class QueueFormatTest {
  @TempDir Path journal;

  @Test
  void chroniclesOwnTailerReadsTheSame() throws Exception {
    JournalReader reader = Journals.reader(journal, "a");
    try (JournalWriter writer = Journals.writer(journal, new JournalSettings(64 << 20, 16 << 20))) {
      Journals.append(writer, 100_000); // several blocks and index pages
    }
    List<JournalRecord> ours = Journals.drain(reader);
    reader.close();
    assertThat(JournalDirectory.at(journal).generations().list()).containsExactly(1L);
    List<JournalRecord> theirs = new ArrayList<>();
    RecordCodec codec = new RecordCodec();
    try (SingleChronicleQueue queue = ChronicleQueues.open(journal.resolve("g1"))) {
      ExcerptTailer tailer = queue.createTailer();
      while (true) {
        try (DocumentContext document = tailer.readingDocument()) {
          if (!document.isPresent()) {
            break;
          }
          byte[] bytes = new byte[(int) document.wire().bytes().readRemaining()];
          document.wire().bytes().read(bytes);
          theirs.add(codec.decode(bytes));
        }
      }
    }
    assertThat(theirs).hasSize(100_000).isEqualTo(ours);
  }

  @Test
  void aQueueIsOneFile() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 1);
      try (var files = Files.list(journal.resolve("g1"))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("begin", ChronicleQueues.FILE, "metadata.cq4t");
      }
    }
  }

  @Test
  void nothingThatReportsUsageIsThere() throws Exception {
    for (String name :
        List.of(
            "net.openhft.chronicle.analytics.Analytics",
            "net.openhft.chronicle.analytics.AnalyticsFacade")) {
      assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }
    Path home = Files.createDirectory(journal.resolve("home"));
    List<String> command =
        WriterProcess.command(WriterProcess.class, journal.resolve("journal").toString());
    command.add(1, "-Duser.home=" + home);
    Process process = new ProcessBuilder(command).start();
    try (WriterProcess writer = WriterProcess.of(process)) {
      writer.awaitAppended(2000);
    }
    try (var files = Files.list(home)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void switchesAreSetFromCode() throws Exception {
    try (JournalWriter writer = Journals.writer(journal)) {
      Journals.append(writer, 1);
    }
    assertThat(System.getProperty("chronicle.analytics.disable")).isEqualTo("true");
    assertThat(System.getProperty("chronicle.announcer.disable")).isEqualTo("true");
    assertThat(System.getProperty("chronicle.disk.monitor.disable")).isEqualTo("true");
  }
}
