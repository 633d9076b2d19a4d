package org.georep.replicator.worker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Lines over a socket, with limits of time and length. For one thread. */
final class LineChannel implements AutoCloseable {
  /** What is taken from anybody. */
  static final int LONGEST = 64 * 1024;

  /** What came. */
  sealed interface Line {
    /** A line, without its newline. */
    record Text(byte[] bytes) implements Line {}

    /** Nothing at all in the time. */
    record Silence() implements Line {}

    /** The other side has closed, or sent only a part of a line. */
    record End() implements Line {}
  }

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer incoming = ByteBuffer.allocate(4096).limit(0);

  private final int longest;

  LineChannel(SocketChannel channel) throws IOException {
    this(channel, LONGEST);
  }

  LineChannel(SocketChannel channel, int longest) throws IOException {
    this.channel = channel;
    this.longest = longest;
    channel.configureBlocking(false);
    this.selector = Selector.open();
    this.key = channel.register(selector, SelectionKey.OP_READ);
  }

  /**
   * Reads a line, for at most a time.
   *
   * @throws IOException if it is too long
   */
  Line read(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (incoming.hasRemaining()) {
        byte b = incoming.get();
        if (b == '\n') {
          return new Line.Text(line.toByteArray());
        }
        line.write(b);
      }
      if (line.size() > longest) {
        throw new IOException("A line is longer than " + longest + " bytes.");
      }
      if (!ready(SelectionKey.OP_READ, deadline)) {
        return line.size() == 0 ? new Line.Silence() : new Line.End();
      }
      int count = channel.read(incoming.clear());
      incoming.flip();
      if (count < 0) {
        return new Line.End();
      }
    }
  }

  /**
   * Writes bytes.
   *
   * @throws IOException if they are not taken in the time
   */
  void write(byte[] bytes, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      if (channel.write(rest) == 0 && !ready(SelectionKey.OP_WRITE, deadline)) {
        throw new IOException("The other side of the socket takes nothing.");
      }
    }
  }

  private boolean ready(int operation, long deadline) throws IOException {
    key.interestOps(operation);
    while (true) {
      long millis = Math.max(0, (deadline - System.nanoTime() + 999_999) / 1_000_000);
      int found = millis == 0 ? selector.selectNow() : selector.select(millis);
      selector.selectedKeys().clear();
      if (found > 0) {
        return true;
      }
      if (millis == 0) {
        return false;
      }
      if (Thread.currentThread().isInterrupted() || !selector.isOpen() || !channel.isOpen()) {
        throw new IOException("The socket is being closed.");
      }
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}
