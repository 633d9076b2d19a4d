package org.georep.protocol;

import java.time.DateTimeException;
import java.util.Optional;

/**
 * Takes {@link Piece}s out of the body of a frame. What arrives is not trusted: see {@link
 * MessageCodec}. For one thread.
 */
public final class PieceReader {
  static final byte PLAIN = 0;

  static final int BEGIN = 1;
  static final int DATA = 2;
  static final int COPY = 3;
  static final int END = 4;
  static final int DROP = 5;

  private static final int DIGEST = 32;

  private final byte[] body;
  private final WireReader in;

  /**
   * Reads a body, which must not change meanwhile.
   *
   * @throws ProtocolException if it is packed in no known way
   */
  public PieceReader(byte[] body) throws ProtocolException {
    boolean packed = body.length > 0 && body[0] == Packing.PACKED;
    this.body = packed ? Packing.unpack(body) : body;
    this.in = new WireReader(this.body);
    int packing = in.octet();
    if (packing != PLAIN) {
      throw new ProtocolException("contents packed in the unknown way " + packing + " arrived");
    }
  }

  /**
   * Returns the next piece, or nothing at the end.
   *
   * @throws ProtocolException if the bytes are none
   */
  public Optional<Piece> next() throws ProtocolException {
    if (in.remaining() == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(piece());
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new ProtocolException("a piece holds an impossible value: " + e.getMessage(), e);
    }
  }

  private Piece piece() throws ProtocolException {
    int code = in.octet();
    return switch (code) {
      case BEGIN -> new Piece.Begin(in.signed(), Values.state(in), in.signed());
      case DATA -> data();
      case COPY -> new Piece.Copy(in.unsigned(), in.unsigned());
      case END -> new Piece.End(in.optional(reader -> reader.raw(DIGEST)));
      case DROP -> new Piece.Drop();
      default -> throw new ProtocolException("a piece of the unknown kind " + code + " arrived");
    };
  }

  private Piece data() throws ProtocolException {
    long offset = in.unsigned();
    int length = in.skipCounted();
    return new Piece.Data(offset, body, in.position() - length, length);
  }
}
