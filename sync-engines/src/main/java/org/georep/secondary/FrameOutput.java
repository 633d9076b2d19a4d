package org.georep.secondary;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;

/**
 * The way to the replicator, taken away from standard output.
 *
 * <p>Not only Java code prints there: the virtual machine itself writes thread dumps and warnings
 * to descriptor 1, whatever {@code System.out} is, and one line of that among the frames ends the
 * connection. So the descriptor is copied, and number 1 then leads to standard error.
 *
 * <p>For one thread at a time.
 */
final class FrameOutput extends OutputStream {
  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;
  private static final int BUFFER = 1 << 16;

  private final Libc libc;
  private final int descriptor;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private boolean closed;

  private FrameOutput(Libc libc, int descriptor) {
    this.libc = libc;
    this.descriptor = descriptor;
  }

  /** Takes standard output; what is printed there from now on goes to standard error. */
  static FrameOutput take(Libc libc) throws PosixException {
    Objects.requireNonNull(libc, "libc is null");
    int descriptor = libc.dup(STANDARD_OUTPUT);
    libc.dup2(STANDARD_ERROR, STANDARD_OUTPUT);
    return new FrameOutput(libc, descriptor);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("the connection was closed here");
    }
    int end = offset + length;
    for (int at = offset; at < end; at += buffer.position()) {
      buffer.clear().put(bytes, at, Math.min(end - at, BUFFER));
      buffer.flip();
      libc.write(descriptor, buffer);
    }
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      libc.close(descriptor);
    }
  }
}
