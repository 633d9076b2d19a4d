package org.georep.changelog.capture.host;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.georep.posix.RawPath;
import org.jspecify.annotations.Nullable;

/**
 * Where the socket of a volume's capture is: {@code capture.sock} beside the journal, or, where
 * that path is longer than the 106 bytes Java lets a socket have (the kernel, 107), in a directory
 * of its own under the temporary directory, which the file {@code capture.address} names. Both
 * directories are open to their owner only.
 */
final class SocketPlace {
  private static final int MAX_BYTES = 106;
  private static final String SOCKET = "capture.sock";
  private static final String ADDRESS = "capture.address";
  private static final String PREFIX = "georep-capture-";

  private final Path journal;

  SocketPlace(Path journal) {
    this.journal = journal;
  }

  /** Makes a free place for the one process that holds the journal's lock. */
  UnixDomainSocketAddress make() throws IOException {
    clear();
    Path path = journal.resolve(SOCKET);
    if (fits(path)) {
      return UnixDomainSocketAddress.of(path);
    }
    Path directory = Files.createTempDirectory(PREFIX);
    Path shorter = directory.resolve(SOCKET);
    if (!fits(shorter)) {
      Files.delete(directory);
      throw new IOException(
          "no path short enough for a socket: set java.io.tmpdir to a shorter one than " + shorter);
    }
    Path file = journal.resolve(ADDRESS);
    Path temp = journal.resolve(ADDRESS + ".new");
    Files.writeString(temp, shorter.toString(), StandardCharsets.UTF_8);
    Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return UnixDomainSocketAddress.of(shorter);
  }

  private static boolean fits(Path path) {
    return RawPath.toBytes(path).length <= MAX_BYTES;
  }

  /** Finds the place where a socket should be. */
  UnixDomainSocketAddress find() throws IOException {
    Path elsewhere = elsewhere();
    if (elsewhere == null) {
      return UnixDomainSocketAddress.of(journal.resolve(SOCKET));
    }
    Path directory = elsewhere.getParent();
    if (directory == null || !Files.getOwner(directory).equals(Files.getOwner(journal))) {
      throw new IOException(elsewhere + " belongs to somebody else");
    }
    return UnixDomainSocketAddress.of(elsewhere);
  }

  private @Nullable Path elsewhere() throws IOException {
    try {
      String text = Files.readString(journal.resolve(ADDRESS), StandardCharsets.UTF_8);
      return Path.of(text);
    } catch (NoSuchFileException e) {
      return null;
    } catch (InvalidPathException e) {
      throw new IOException(journal.resolve(ADDRESS) + " is damaged", e);
    }
  }

  /** Removes what this or an earlier host made. */
  void clear() throws IOException {
    Files.deleteIfExists(journal.resolve(SOCKET));
    Path elsewhere = elsewhere();
    if (elsewhere != null) {
      Path directory = elsewhere.getParent();
      if (directory != null && String.valueOf(directory.getFileName()).startsWith(PREFIX)) {
        Files.deleteIfExists(elsewhere);
        Files.deleteIfExists(directory);
      }
      Files.deleteIfExists(journal.resolve(ADDRESS));
    }
  }
}
