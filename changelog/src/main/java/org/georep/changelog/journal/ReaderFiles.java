package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The acknowledged positions of a journal's readers: a file each in {@code readers}. */
final class ReaderFiles {
  private static final String KIND = "georep journal reader 1";
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_%@+=,-][A-Za-z0-9_%@+=,.-]{0,127}");

  private final Path directory;

  ReaderFiles(Path journal) {
    this.directory = journal.resolve("readers");
  }

  /** Checks a reader's name. */
  static String check(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "a journal reader's name has 1 to 128 letters, digits or _%@+=,.- and no leading dot,"
              + " not '"
              + name
              + "'");
    }
    return name;
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches() && !name.endsWith(".new");
  }

  /** Returns the names of all readers; what else lies there, as an editor's file, is none. */
  SortedSet<String> names() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (isName(name)) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException e) {
      return names;
    }
    return names;
  }

  /**
   * Returns what a reader acknowledged.
   *
   * @throws IOException if its file is there but cannot be read
   */
  Optional<JournalPosition> position(String name) throws IOException {
    Path file = directory.resolve(check(name));
    Optional<Map<String, String>> values = DurableProperties.read(file, KIND);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          JournalPosition.parse(DurableProperties.value(values.get(), "position", file)));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }

  void write(String name, JournalPosition position) throws IOException {
    Files.createDirectories(directory);
    DurableProperties.write(
        directory.resolve(check(name)), KIND, Map.of("position", position.toString()));
  }

  boolean delete(String name) throws IOException {
    return Files.deleteIfExists(directory.resolve(check(name)));
  }
}
