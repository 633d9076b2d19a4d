package org.georep.protocol;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Takes frames from a stream. Memory grows with what has arrived, not with what a header claims.
 * For one thread.
 */
public final class FrameReader {
  private static final int BUFFER = 1 << 16;

  private final InputStream in;

  /** Reads from the given stream, ahead of what it hands out. */
  public FrameReader(InputStream in) {
    this.in = new BufferedInputStream(in, BUFFER);
  }

  /**
   * Waits for the next frame.
   *
   * @return nothing when the stream ended between two frames
   * @throws EOFException if it ended within one
   * @throws ProtocolException if the bytes are no frame
   */
  public Optional<Frame> read() throws IOException {
    byte[] header = in.readNBytes(Frame.HEADER);
    if (header.length == 0) {
      return Optional.empty();
    }
    if (header.length < Frame.HEADER) {
      throw new EOFException("the connection ended within a frame");
    }
    ByteBuffer fields = ByteBuffer.wrap(header);
    int length = fields.getInt();
    Frame.Type type = Frame.Type.ofCode(fields.get() & 0xff);
    long id = fields.getLong();
    if (length < 0 || length > Frame.MAX_BODY) {
      throw new ProtocolException(
          "a frame of " + Integer.toUnsignedLong(length) + " bytes arrived; 16 MiB is the most");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the connection ended within a frame");
    }
    return Optional.of(new Frame(type, id, body));
  }
}
