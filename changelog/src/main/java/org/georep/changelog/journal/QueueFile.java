package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.georep.changelog.record.RecordCodec;

/**
 * The bytes of a queue's file, which another process may be writing, as documents: a word of four
 * bytes that says the length, then so many bytes, then what is missing to a multiple of four. A
 * word of zero is where nothing was written yet.
 *
 * <p>It reads with ordinary reads instead of Chronicle's tailer. A tailer maps the file and follows
 * offsets it finds in it; where a page, an index or the file's end is damaged, that is a SIGBUS,
 * which the JVM reports as an error in whatever this thread does next, or it waits for a writer
 * that will not come. Reading this way, damage is bytes that make no sense, and behind them the
 * next record can be looked for. That Chronicle writes what is read here is pinned by a test.
 *
 * <p>For one thread at a time. An interrupt of the thread closes the file.
 */
final class QueueFile implements AutoCloseable {
  private static final int WORD = Integer.BYTES;
  private static final int NOT_COMPLETE = 0x80000000;
  private static final int META_DATA = 0x40000000;
  private static final int LENGTH = 0x3fffffff;
  private static final int WINDOW = 64 << 10;

  private final FileChannel channel;
  private final ByteBuffer window =
      ByteBuffer.allocateDirect(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long windowAt;

  QueueFile(Path generation) throws IOException {
    this.channel =
        FileChannel.open(generation.resolve(ChronicleQueues.FILE), StandardOpenOption.READ);
  }

  /** What stands at an offset. */
  enum Kind {
    /** A record, whole or not: {@link #length} bytes. */
    DATA,
    /** Something of Chronicle's own of {@link #length} bytes. */
    META,
    /** Nothing yet, or nothing that makes sense. */
    NONE
  }

  private int length;

  /** Looks at the word at an offset, a multiple of four. */
  Kind look(long offset) throws IOException {
    if (!load(offset, WORD)) {
      return Kind.NONE;
    }
    int word = window.getInt((int) (offset - windowAt));
    length = word & LENGTH;
    if ((word & NOT_COMPLETE) != 0 || length == 0) {
      return Kind.NONE;
    }
    if ((word & META_DATA) != 0) {
      return Kind.META;
    }
    return length <= RecordCodec.MAX_BYTES ? Kind.DATA : Kind.NONE;
  }

  /** Returns how many bytes the document looked at has. */
  int length() {
    return length;
  }

  /** Returns where the document after the one looked at begins. */
  long after(long offset) {
    return offset + WORD + (length + WORD - 1L) / WORD * WORD;
  }

  /**
   * Copies the document looked at into the buffer.
   *
   * @return false if the file ends before it does
   */
  boolean copy(long offset, ByteBuffer target) throws IOException {
    if (!load(offset + WORD, length)) {
      return false;
    }
    int at = (int) (offset + WORD - windowAt);
    target.put(window.duplicate().position(at).limit(at + length));
    return true;
  }

  /** Forgets what was read ahead, which the writer may have written meanwhile. */
  void refresh() {
    window.limit(0);
  }

  long size() throws IOException {
    return channel.size();
  }

  /** Has so many bytes at the offset in the window; false if the file ends before. */
  private boolean load(long offset, int bytes) throws IOException {
    if (offset >= windowAt && offset + bytes <= windowAt + window.limit()) {
      return true;
    }
    window.clear();
    windowAt = offset;
    try {
      while (window.hasRemaining()) {
        if (channel.read(window, offset + window.position()) < 0) {
          break;
        }
      }
    } finally {
      window.flip();
    }
    return window.limit() >= bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
