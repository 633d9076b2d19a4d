package org.georep.changelog.capture.host;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Short lines of ASCII over a socket. One thread reads; any may write. Both ends write only what
 * the other asked for, a line for a line, so that a writer never waits for a reader that sleeps.
 */
final class Lines implements Closeable {
  private static final int MAX = 256;

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(1024).limit(0);

  Lines(SocketChannel channel) {
    this.channel = channel;
  }

  /** Returns the next line, null at the end. */
  @Nullable String read() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      while (in.hasRemaining()) {
        char next = (char) (in.get() & 0xff);
        if (next == '\n') {
          return line.toString();
        }
        if (line.append(next).length() > MAX) {
          throw new IOException("a line of more than " + MAX + " bytes on the capture socket");
        }
      }
      in.clear();
      int read;
      try {
        read = channel.read(in);
      } finally {
        in.flip();
      }
      if (read < 0) {
        return null;
      }
    }
  }

  void write(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
    synchronized (channel) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
