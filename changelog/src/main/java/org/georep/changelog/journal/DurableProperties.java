package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small file of {@code key=value} lines, the first of which is its kind and format version, the
 * last a checksum. Written by temp, fsync, rename, fsync of the directory: after a crash at any
 * step the file is the old one or the new one, and once {@link #write} returned it is the new one
 * after a power loss too.
 */
final class DurableProperties {
  private static final long MAX_BYTES = 64 << 10;

  private DurableProperties() {}

  static void write(Path file, String kind, Map<String, String> values) throws IOException {
    StringBuilder text = new StringBuilder(kind).append('\n');
    values.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    String crc = crc(text.toString());
    text.append("crc=").append(crc).append('\n');
    Path directory = file.toAbsolutePath().getParent();
    Path temp = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            temp,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    JournalFailpoint.PROPERTIES_WRITTEN.reached();
    Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    JournalFailpoint.PROPERTIES_RENAMED.reached();
    if (directory != null) {
      syncDirectory(directory);
    }
  }

  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Reads the file.
   *
   * @return its values, or empty if there is none
   * @param kind its kind, and the newest format of it that is read
   * @throws org.georep.posix.NewerFormatException if it is of this kind and of a newer format
   * @throws IOException if it cannot be read, is damaged or of another kind
   */
  static Optional<Map<String, String>> read(Path file, String kind) throws IOException {
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + " is damaged: it is too long");
      }
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    JournalFormats.check(file, text, kind); // first: a later one may have no such checksum
    int crcLine = text.lastIndexOf("crc=");
    if (crcLine < 0
        || !text.substring(crcLine).equals("crc=" + crc(text.substring(0, crcLine)) + "\n")) {
      throw new IOException(file + " is damaged: its checksum does not match");
    }
    String[] lines = text.substring(0, crcLine).split("\n", -1);
    if (!lines[0].equals(kind)) {
      throw new IOException(file + " is '" + lines[0] + "', this program reads '" + kind + "'");
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return Optional.of(values);
  }

  /** Returns a value that has to be there. */
  static String value(Map<String, String> values, String key, Path file) throws IOException {
    String value = values.get(key);
    if (value == null) {
      throw new IOException(file + " is damaged: it has no '" + key + "'");
    }
    return value;
  }

  /** Returns a value that has to be a number. */
  static long number(Map<String, String> values, String key, Path file) throws IOException {
    String value = value(values, key, file);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IOException(file + " is damaged: '" + key + "' is no number: " + value, e);
    }
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }
}
