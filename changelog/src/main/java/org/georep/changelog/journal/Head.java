package org.georep.changelog.journal;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sequence number the writer appended last and how many bytes the generation it writes takes,
 * in memory that the writer and the readers of all processes share. The number is put here after
 * the record can be read, so a reader that sees it and cannot read that far has found a hole. It is
 * a kill -9 old at most one record; after a power loss it may be anything lower, and is only taken
 * as "at least".
 */
final class Head {
  private static final String NAME = "head";
  private static final long MAGIC = 0x67656f7265704831L; // georepH1
  private static final long FORMAT_DIGIT = 0xff;
  private static final int BYTES = 64;
  private static final int AT_MAGIC = 0;
  private static final int AT_LAST = 8;
  private static final int AT_LIVE_BYTES = 16;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final MappedByteBuffer memory;
  private final @Nullable Object fileKey;

  private Head(MappedByteBuffer memory, Path file) throws IOException {
    this.memory = memory;
    this.fileKey = keyOf(file);
  }

  /**
   * Checks one that is there.
   *
   * @throws org.georep.posix.NewerFormatException if it is of a newer format
   */
  static void check(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!Files.exists(file)) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.read(bytes) < Long.BYTES) {
        return; // the beginning of one
      }
    }
    long magic = bytes.getLong(0);
    int digit = (int) (magic & FORMAT_DIGIT);
    if ((magic & ~FORMAT_DIGIT) == (MAGIC & ~FORMAT_DIGIT) && Character.isDigit(digit)) {
      JournalFormats.checkHead(file, digit, (int) (MAGIC & FORMAT_DIGIT));
    }
  }

  /** Opens it for the writer, which makes it if there is none. */
  static Head create(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Head head = new Head(channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES), file);
      if (!head.valid()) {
        LONG.setVolatile(head.memory, AT_LAST, 0L);
        LONG.setVolatile(head.memory, AT_LIVE_BYTES, 0L);
        LONG.setVolatile(head.memory, AT_MAGIC, MAGIC);
      }
      return head;
    }
  }

  /** Opens it for a reader; empty as long as no writer made it. */
  static Optional<Head> find(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ))) {
      if (channel.size() < BYTES) {
        return Optional.empty();
      }
      Head head = new Head(channel.map(FileChannel.MapMode.READ_ONLY, 0, BYTES), file);
      return head.valid() ? Optional.of(head) : Optional.empty();
    }
  }

  private static @Nullable Object keyOf(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** Returns whether this is still the file that readers and writers find. */
  boolean current(Path directory) {
    try {
      return Objects.equals(fileKey, keyOf(directory.resolve(NAME)));
    } catch (IOException e) {
      return false; // deleted
    }
  }

  private boolean valid() {
    return (long) LONG.getVolatile(memory, AT_MAGIC) == MAGIC;
  }

  /** Returns the number of the last record that can be read, 0 if there is none. */
  long last() {
    return (long) LONG.getAcquire(memory, AT_LAST);
  }

  /** Returns how many bytes the generation that is written takes. */
  long liveBytes() {
    return (long) LONG.getAcquire(memory, AT_LIVE_BYTES);
  }

  void publish(long last, long liveBytes) {
    LONG.setRelease(memory, AT_LIVE_BYTES, liveBytes);
    LONG.setRelease(memory, AT_LAST, last);
  }
}
