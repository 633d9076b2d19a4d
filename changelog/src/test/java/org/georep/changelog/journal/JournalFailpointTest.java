package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.changelog.record.JournalRecord;
import org.georep.testing.Deaths;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A writer that also reads, acknowledges and trims, and dies at each failpoint in turn: what it
 * appended is there, and what its reader has not acknowledged is read again, whole.
 */
class JournalFailpointTest {
  /** Full after a few generations. */
  private static final JournalSettings SETTINGS = new JournalSettings(640 << 10, 128 << 10);

  private static final int RECORDS = 14_000;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void nothingAppendedIsMissing(JournalFailpoint at) throws Exception {
    Path journal = directory.resolve("journal");
    Deaths deaths = new Deaths(directory.resolve("deaths"));
    deaths.arm(at.name(), at == JournalFailpoint.RECORD_APPENDED ? 1_500 : 1);
    List<String> command = new ArrayList<>(WriterProcess.command(Dying.class, journal.toString()));
    int classPath = command.indexOf("-cp") + 1;
    command.set(classPath, deaths.before(command.get(classPath)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).as("%s is reached and deadly", at).isEqualTo(137);
    assertThat(deaths.happened(at.name())).isTrue();
    long appended = 0;
    long acknowledged = 0;
    for (String line : told.split("\n", -1)) {
      if (line.startsWith("a") && line.endsWith(".")) {
        appended = Long.parseLong(line.substring(1, line.length() - 1));
      } else if (line.startsWith("r") && line.endsWith(".")) {
        acknowledged = Long.parseLong(line.substring(1, line.length() - 1));
      }
    }

    try (JournalWriter writer = Journals.writer(journal, SETTINGS)) {
      assertThat(writer.lastSequence()).isGreaterThanOrEqualTo(appended);
      Journals.append(writer, 50);
      check(journal, acknowledged, writer.lastSequence());
      writer.trim();
      check(journal, acknowledged, writer.lastSequence());
    }
  }

  /** The reader stands where it acknowledged, or one further, and has all from there on. */
  private static void check(Path journal, long acknowledged, long last) throws IOException {
    try (JournalReader reader = Journals.reader(journal, "own")) {
      long next = reader.position().sequence() + 1;
      assertThat(next).isGreaterThan(acknowledged);
      for (JournalRecord record : Journals.drain(reader)) {
        assertThat(record.sequence()).isEqualTo(next);
        assertThat(record.change()).isEqualTo(Journals.change(next));
        next++;
      }
      assertThat(next).isEqualTo(last + 1);
    }
    try (JournalReader idle = Journals.reader(journal, "idle")) {
      // What the size limit dropped is a gap that says so.
      List<JournalRecord> all = Journals.drain(idle);
      Journals.verify(all, last);
      assertThat(Journals.gaps(all).size()).isLessThanOrEqualTo(1);
    }
  }

  /** The process. */
  static final class Dying {
    private Dying() {}

    public static void main(String[] arguments) throws IOException {
      Path journal = Path.of(arguments[0]);
      Journals.reader(journal, "idle").close();
      try (JournalWriter writer = Journals.writer(journal, SETTINGS);
          JournalReader reader = Journals.reader(journal, "own")) {
        while (writer.lastSequence() < RECORDS) {
          long sequence = writer.append(Journals.change(writer.lastSequence() + 1));
          System.out.println("a" + sequence + ".");
          if (sequence % 700 == 0) {
            writer.sync();
            Journals.drain(reader);
            reader.acknowledge(reader.position());
            System.out.println("r" + reader.position().sequence() + ".");
            writer.trim();
          }
        }
      }
    }
  }
}
