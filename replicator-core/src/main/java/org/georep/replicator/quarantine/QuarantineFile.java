package org.georep.replicator.quarantine;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.georep.name.Shown;
import org.georep.posix.AtomicFile;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NewerFormatException;
import org.georep.posix.RawPath;
import org.georep.replicator.failpoint.ReplicatorFailpoint;

/**
 * The quarantine on disk: lines appended and synced, rewritten whole now and then.
 *
 * <p>What {@link #append} wrote is durable when it returns. A crash in the middle leaves a last
 * line without its newline; it was never acknowledged, is passed over by readers and cut off by the
 * next writer. {@link #rewrite} replaces the file atomically. For one writer; readers may come any
 * time.
 */
final class QuarantineFile {
  private final Libc libc;
  private final AtomicFile file;
  private final byte[] path;
  private int descriptor = -1;

  QuarantineFile(Libc libc, Path path) {
    this.libc = libc;
    this.file = new AtomicFile(libc, path);
    this.path = RawPath.toBytes(path);
  }

  /**
   * Reads all of it.
   *
   * @throws IOException if it cannot be read, or a line before the last is damaged
   */
  Map<Subject, QuarantineEntry> read() throws IOException {
    Map<Subject, QuarantineEntry> entries = new LinkedHashMap<>();
    Optional<byte[]> all = file.read();
    if (all.isEmpty()) {
      return entries;
    }
    byte[] bytes = all.get();
    long lines = 0;
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        byte[] line = Arrays.copyOfRange(bytes, start, i);
        if (!isHole(line)) {
          apply(line, lines, entries);
        }
        lines++;
        start = i + 1;
      }
    }
    return entries;
  }

  /** Where the machine lost power in mid append, zeros stand for pages that never came. */
  private static boolean isHole(byte[] line) {
    for (byte b : line) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }

  private void apply(byte[] line, long number, Map<Subject, QuarantineEntry> entries)
      throws IOException {
    try {
      JsonNode node = QuarantineLine.parse(line);
      if (number == 0) {
        QuarantineLine.checkHeader(Shown.of(path), node);
        return;
      }
      Subject subject = QuarantineLine.subject(node);
      if (QuarantineLine.isResolved(node)) {
        entries.remove(subject);
      } else {
        entries.put(subject, QuarantineLine.entry(node));
      }
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "The quarantine "
              + Shown.of(path)
              + " is damaged in line "
              + (number + 1)
              + ": "
              + e.getMessage()
              + ". Move it away; the next crawl finds again what is in it.",
          e);
    }
  }

  /** Replaces the file by these entries, durably. */
  void rewrite(Collection<QuarantineEntry> entries) throws IOException {
    close();
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    out.writeBytes(QuarantineLine.header());
    entries.forEach(entry -> out.writeBytes(QuarantineLine.entry(entry)));
    file.write(out.toByteArray());
    ReplicatorFailpoint.QUARANTINE_REWRITTEN.reached();
    descriptor = libc.openat(Linux.AT_FDCWD, path, Linux.O_WRONLY, 0);
    libc.lseek(descriptor, 0, Linux.SEEK_END);
  }

  /** Appends lines, durably. After {@link #rewrite}, which opens it. */
  void append(byte[] lines) throws IOException {
    if (descriptor < 0) {
      throw new IOException("The quarantine is closed.");
    }
    libc.write(descriptor, ByteBuffer.allocateDirect(lines.length).put(lines).flip());
    ReplicatorFailpoint.QUARANTINE_WRITTEN.reached();
    libc.fsync(descriptor);
    ReplicatorFailpoint.QUARANTINE_APPENDED.reached();
  }

  /** Closes it for writing; silent when done already. */
  void close() throws IOException {
    if (descriptor >= 0) {
      int open = descriptor;
      descriptor = -1;
      libc.close(open);
    }
  }
}
