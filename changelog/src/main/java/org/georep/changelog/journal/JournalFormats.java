package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Path;
import org.georep.changelog.record.RecordCodec;
import org.georep.posix.FileFormat;
import org.georep.posix.NewerFormatException;

/**
 * The formats of a journal's files. One that a newer georep wrote is refused before anything of the
 * journal is read or written: passed over as damaged it would be a gap, and be dropped.
 */
final class JournalFormats {
  private static final String ANEW =
      "end georep's processes on this host and remove the journal's directory: the next start"
          + " compares both sides then";

  private JournalFormats() {}

  private static void reads(Path file, int newest, int found) throws NewerFormatException {
    new FileFormat(1, newest, ANEW).reads(file, found);
  }

  /**
   * Checks the first line of a {@link DurableProperties}.
   *
   * @param kind as it is written: its name, a space, its format
   */
  static void check(Path file, String text, String kind) throws NewerFormatException {
    int format = kind.lastIndexOf(' ') + 1;
    int end = text.indexOf('\n');
    if (end > format && text.startsWith(kind.substring(0, format))) {
      String found = text.substring(format, end);
      if (found.matches("[0-9]{1,9}")) {
        reads(file, Integer.parseInt(kind.substring(format)), Integer.parseInt(found));
      }
    }
  }

  /** Checks the last byte of the head's magic number, a digit. */
  static void checkHead(Path file, int found, int newest) throws NewerFormatException {
    reads(file, newest - '0', found - '0');
  }

  /** Checks a record that came back as it was written. */
  static void checkRecord(Path file, int found) throws NewerFormatException {
    reads(file, RecordCodec.VERSION, found);
  }

  /**
   * Checks all there is, but for the records.
   *
   * @throws NewerFormatException if something is of a newer format
   */
  static void check(JournalDirectory directory) throws IOException {
    Head.check(directory.path());
    check(() -> Retention.checkFormat(directory));
    for (String reader : directory.readers()) {
      check(() -> directory.acknowledged(reader));
    }
    for (long generation : directory.generations().list()) {
      Path path = directory.generations().path(generation);
      check(() -> GenerationFile.beginning(path));
      check(() -> GenerationFile.end(path));
    }
  }

  private interface Reading {
    void read() throws IOException;
  }

  /** What is damaged or gone is met later, by who can do something about it. */
  private static void check(Reading reading) throws IOException {
    try {
      reading.read();
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException e) {
      return;
    }
  }
}
