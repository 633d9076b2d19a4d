package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.georep.changelog.record.RecordCodec;

/**
 * The reading end of one queue, which another process may be writing. It changes nothing in it.
 * Whatever a damaged queue makes Chronicle or the JVM throw becomes an {@link IOException}; that
 * nothing more can be read does not mean that there is nothing more. For one thread at a time.
 */
final class QueueTail implements AutoCloseable {
  private final Path directory;
  private final SingleChronicleQueue queue;
  private final ExcerptTailer tailer;
  private long index = -1;
  private long position;

  QueueTail(Path directory) throws IOException {
    this.directory = directory;
    checkHeader(directory);
    boolean opened = false;
    try {
      queue = ChronicleQueues.open(directory, true);
      try {
        tailer = queue.createTailer();
        tailer.singleThreadedCheckDisabled(true);
        opened = true;
      } finally {
        if (!opened) {
          queue.close();
        }
      }
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  /** Without its first word Chronicle waits ten seconds for somebody to write it. */
  private static void checkHeader(Path directory) throws IOException {
    Path file = directory.resolve(ChronicleQueues.FILE);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer word = ByteBuffer.allocate(Integer.BYTES);
      while (word.hasRemaining()) {
        if (channel.read(word) < 0) {
          throw new IOException(file + " is cut off at its beginning");
        }
      }
      if (word.getInt(0) == 0) {
        throw new IOException(file + " has lost its first page");
      }
    }
  }

  /**
   * Reads the next record into the buffer.
   *
   * @return false if there is none, for now or for ever
   * @throws IOException if the queue cannot be read here
   */
  boolean read(ByteBuffer target) throws IOException {
    try (DocumentContext document = tailer.readingDocument()) {
      if (!document.isPresent()) {
        return false;
      }
      Bytes<?> bytes = document.wire().bytes();
      long length = bytes.readRemaining();
      if (length > RecordCodec.MAX_BYTES) {
        throw new IOException("a record of " + length + " bytes in " + directory);
      }
      index = document.index();
      bytes.read(target.array(), target.arrayOffset() + target.position(), (int) length);
      target.position(target.position() + (int) length);
      position = bytes.readPosition();
      return true;
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  /** Returns the ordinal, from 0 on, of the record read last. */
  long index() {
    return index;
  }

  /** Returns where in the file the record read last ends. */
  long position() {
    return position;
  }

  /** Goes to where {@link #read} returns the record of this ordinal, if it can be reached. */
  boolean moveTo(long ordinal) {
    try {
      return tailer.moveToIndex(ordinal);
    } catch (RuntimeException | InternalError e) {
      return false; // a page on the way is damaged
    }
  }

  /** Goes to the first record. */
  void moveToStart() throws IOException {
    try {
      tailer.toStart();
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  private IOException unreadable(Throwable cause) {
    return new IOException("cannot read " + directory + ": " + cause, cause);
  }

  @Override
  public void close() {
    queue.close();
  }
}
