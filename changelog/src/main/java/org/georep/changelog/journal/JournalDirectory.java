package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Where a volume's journal lives, and what can be asked of it without writing or reading it. Safe
 * for any thread.
 */
public final class JournalDirectory {
  private final Path path;
  private final Generations generations;
  private final ReaderFiles readers;

  private JournalDirectory(Path path) {
    this.path = path;
    this.generations = new Generations(path);
    this.readers = new ReaderFiles(path);
  }

  /** Names a directory, which need not be there. */
  public static JournalDirectory at(Path path) {
    return new JournalDirectory(Objects.requireNonNull(path, "path is null").toAbsolutePath());
  }

  /** Makes the directory, for its owner only, unless it is there. */
  public JournalDirectory create() throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return this;
  }

  /** Returns the path. */
  public Path path() {
    return path;
  }

  /** Returns how many bytes of the disk the records take, approximately. */
  public long bytes() throws IOException {
    long bytes = 0;
    for (long generation : generations.list()) {
      Optional<GenerationFile.End> end = endOf(generation);
      bytes +=
          end.isPresent() ? end.get().bytes() : Head.find(path).map(Head::liveBytes).orElse(0L);
    }
    return bytes;
  }

  private Optional<GenerationFile.End> endOf(long generation) {
    try {
      return GenerationFile.end(generations.path(generation));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Returns the number of the last record that was appended, 0 if there is none. */
  public long lastSequence() throws IOException {
    return Head.find(path).map(Head::last).orElse(0L);
  }

  /** Returns the names of the readers for which records are kept. */
  public SortedSet<String> readers() throws IOException {
    return readers.names();
  }

  /**
   * Returns what a reader has acknowledged.
   *
   * @throws IOException if that is recorded but cannot be read
   */
  public Optional<JournalPosition> acknowledged(String reader) throws IOException {
    return readers.position(reader);
  }

  /**
   * Forgets a reader, so that no records are kept for it.
   *
   * @return whether it was known
   */
  public boolean forget(String reader) throws IOException {
    return readers.delete(reader);
  }

  /** Returns whether a journal was ever written here. */
  public boolean exists() {
    return Files.exists(path.resolve("lock"));
  }

  Generations generations() {
    return generations;
  }

  ReaderFiles readerFiles() {
    return readers;
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
