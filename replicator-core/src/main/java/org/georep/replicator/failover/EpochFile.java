package org.georep.replicator.failover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;

/**
 * {@code STATE/SESSION/epoch}: how often the secondary was promoted when this session was given it.
 * Absent it is 0, as with every session that was never failed back. Whole and durable when written.
 */
public final class EpochFile {
  private static final FileFormat FORMATS =
      FileFormat.first("remove it, and run georep failback again");

  private final Libc libc;
  private final Path path;

  /** Keeps it at this path. */
  public EpochFile(Libc libc, Path path) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.path = Objects.requireNonNull(path, "path is null");
  }

  /** Reads it. */
  public long read() throws IOException {
    if (!Files.exists(path)) {
      return 0;
    }
    Optional<byte[]> bytes = new AtomicFile(libc, path).read();
    if (bytes.isEmpty()) {
      return 0;
    }
    FORMATS.checkPlain(path, bytes.get());
    String text = new String(bytes.get(), StandardCharsets.US_ASCII).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(
          path + " is damaged: it holds no number. Remove it, and run georep failback again", e);
    }
  }

  /** Writes it. */
  public void write(long epoch) throws IOException {
    new AtomicFile(libc, path).write((epoch + "\n").getBytes(StandardCharsets.US_ASCII));
  }
}
