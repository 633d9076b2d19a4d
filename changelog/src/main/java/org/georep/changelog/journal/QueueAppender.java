package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * The writing end of one queue, new when it is opened.
 *
 * <p>An appended record survives kill -9 at once: it is in the page cache. {@link #force} makes
 * everything appended so far survive a power loss: an fsync of the queue's file, which covers the
 * index and header pages as well (Chronicle's own sync leaves them out).
 *
 * <p>Chronicle writes through a sparse memory map, in which a full disk is not an error but a
 * SIGBUS. So the space ahead is allocated with ordinary writes of zeros, which fail as they should,
 * before Chronicle gets there. Not thread-safe, but {@link #force} may be called from any thread.
 */
final class QueueAppender implements AutoCloseable {
  private static final int PAGE = 4096;

  /** More than one record and the index pages it may need. */
  private static final int AHEAD = 96 << 10;

  private static final int STEP = 128 << 10;

  /** What an empty queue takes, generously. */
  private static final long NEEDED_TO_OPEN = 2 << 20;

  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final FileChannel channel;
  private long allocated;
  private long position;
  private long count;

  /**
   * Makes a queue in an empty directory and puts its first record in.
   *
   * @throws JournalFullException if there is no space for it
   */
  QueueAppender(Path directory, ByteBuffer first) throws IOException {
    if (Files.getFileStore(directory).getUsableSpace() < NEEDED_TO_OPEN) {
      throw new JournalFullException("no space for a new journal file in " + directory, null);
    }
    boolean opened = false;
    try {
      queue = ChronicleQueues.open(directory);
      try {
        appender = queue.createAppender();
        appender.singleThreadedCheckDisabled(true);
        write(first);
        channel =
            FileChannel.open(directory.resolve(ChronicleQueues.FILE), StandardOpenOption.WRITE);
        allocated = (position + PAGE - 1) / PAGE * PAGE;
        try {
          allocateAhead();
          opened = true;
        } finally {
          if (!opened) {
            channel.close();
          }
        }
      } finally {
        if (!opened) {
          queue.close();
        }
      }
    } catch (RuntimeException | InternalError | AssertionError e) {
      throw new IOException("cannot make a journal file in " + directory + ": " + e, e);
    }
  }

  /**
   * Appends one record.
   *
   * @throws JournalFullException if there is no space; nothing was appended
   * @throws IOException if the queue is broken; no more can be appended
   */
  void append(ByteBuffer record) throws IOException {
    allocateAhead();
    try {
      write(record);
    } catch (RuntimeException | InternalError | AssertionError e) {
      throw new IOException("cannot append to the journal: " + e, e);
    }
  }

  private void write(ByteBuffer record) {
    try (DocumentContext document = appender.writingDocument()) {
      Bytes<?> bytes = document.wire().bytes();
      bytes.write(record.array(), record.arrayOffset() + record.position(), record.remaining());
      position = bytes.writePosition();
    }
    if (appender.lastIndexAppended() != count) {
      throw new IllegalStateException(
          "record " + count + " went to index " + appender.lastIndexAppended());
    }
    count++;
  }

  private void allocateAhead() throws IOException {
    if (allocated - position >= AHEAD) {
      return;
    }
    ByteBuffer zeros = ByteBuffer.allocate(STEP);
    try {
      while (zeros.hasRemaining()) {
        channel.write(zeros, allocated + zeros.position());
      }
    } catch (IOException e) {
      throw new JournalFullException("no space to append to the journal: " + e.getMessage(), e);
    }
    allocated += STEP;
  }

  /** Returns how many bytes of the file hold records and their index. */
  long position() {
    return position;
  }

  /** Makes what was appended durable. Does nothing once closed; closing has done it. */
  void force() throws IOException {
    try {
      channel.force(false);
    } catch (ClosedChannelException e) {
      // close() forced before it closed.
    }
  }

  /** Makes what was appended durable, and frees the queue. */
  @Override
  public void close() throws IOException {
    try (channel) {
      channel.force(true);
    } finally {
      queue.close();
    }
  }
}
