package org.georep.status.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A small file that is only ever replaced whole.
 *
 * <p>Guarantee: a reader, also one after a crash or power loss at any point, finds the old contents
 * or the new. The new contents are durable when {@link #write} returns: they are written beside the
 * file under {@code NAME.new}, synced, renamed over it, and the directory is synced. A crash before
 * the rename leaves {@code NAME.new}, which the next write overwrites and nobody reads.
 *
 * <p>Readers may be other processes; writers of one file must take turns.
 */
final class WholeFile {
  private final Path path;

  /** Names the file; it need not be there, its directory must be when it is written. */
  WholeFile(Path path) {
    this.path = Objects.requireNonNull(path, "path is null").toAbsolutePath();
  }

  /** Returns where it is. */
  Path path() {
    return path;
  }

  /** Returns its contents, or nothing if there is no such file. */
  Optional<byte[]> read() throws IOException {
    try {
      return Optional.of(Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Replaces its contents; readable by its owner only.
   *
   * @throws IOException if the old contents are still in place, or the new ones may not be durable
   */
  void write(byte[] contents) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel out =
        FileChannel.open(
            fresh,
            Set.copyOf(EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer rest = ByteBuffer.wrap(contents);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(path);
  }

  /** Makes names made or removed beside {@code file} durable. */
  private static void syncDirectory(Path file) throws IOException {
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "no parent");
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
