package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The generations of a journal: directories {@code gNUMBER}, each one queue. A generation exists
 * when its {@code begin} file does; that is written after its first record, durably, and deleted
 * before anything else of it, so a directory without it is what a crash left of making or dropping
 * one, and counts for nothing.
 */
final class Generations {
  private static final Pattern NAME = Pattern.compile("g(\\d{1,18})");

  private final Path directory;

  Generations(Path directory) {
    this.directory = directory;
  }

  Path path(long generation) {
    return directory.resolve("g" + generation);
  }

  boolean exists(long generation) {
    return Files.exists(path(generation).resolve(GenerationFile.BEGINNING));
  }

  /** Returns the numbers of those that exist. */
  NavigableSet<Long> list() throws IOException {
    NavigableSet<Long> numbers = directories();
    numbers.removeIf(number -> !exists(number));
    return numbers;
  }

  private NavigableSet<Long> directories() throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "g*")) {
      for (Path entry : entries) {
        Matcher matcher = NAME.matcher(entry.getFileName().toString());
        if (matcher.matches()) {
          numbers.add(Long.parseLong(matcher.group(1)));
        }
      }
    } catch (NoSuchFileException e) {
      return numbers;
    }
    return numbers;
  }

  /** Deletes what crashes left. For the writer, before it makes one. */
  void sweep() throws IOException {
    for (long number : directories()) {
      if (!exists(number)) {
        delete(number);
      }
    }
  }

  /**
   * Deletes a generation, if there is something of it. Readers that have it open can still read it
   * to its end.
   */
  void delete(long generation) throws IOException {
    Path path = path(generation);
    if (!Files.isDirectory(path)) {
      return;
    }
    Files.deleteIfExists(path.resolve(GenerationFile.BEGINNING));
    JournalFailpoint.GENERATION_FORGOTTEN.reached();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(path);
    JournalFailpoint.GENERATION_DELETED.reached();
  }

  /** Returns how many bytes a finished generation takes, as far as is known. */
  long bytes(long generation) {
    try {
      var end = GenerationFile.end(path(generation));
      if (end.isPresent()) {
        return end.get().bytes();
      }
      return Files.size(path(generation).resolve(ChronicleQueues.FILE));
    } catch (IOException e) {
      return 0; // gone meanwhile
    }
  }
}
