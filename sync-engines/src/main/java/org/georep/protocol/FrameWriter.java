package org.georep.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Puts frames on a stream. Small frames are gathered: nothing is promised to leave before {@link
 * #flush}. For one thread.
 */
public final class FrameWriter {
  private static final int BUFFER = 1 << 16;

  private final OutputStream out;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

  /** Writes to the given stream. */
  public FrameWriter(OutputStream out) {
    this.out = out;
  }

  /** Adds a frame. */
  public void write(Frame frame) throws IOException {
    if (buffer.remaining() < Frame.HEADER) {
      drain();
    }
    buffer.putInt(frame.body().length);
    buffer.put((byte) frame.type().code());
    buffer.putLong(frame.id());
    if (frame.body().length > buffer.remaining()) {
      drain();
    }
    if (frame.body().length > buffer.remaining()) {
      out.write(frame.body());
    } else {
      buffer.put(frame.body());
    }
  }

  /** Sends what was gathered. */
  public void flush() throws IOException {
    drain();
    out.flush();
  }

  private void drain() throws IOException {
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }
}
