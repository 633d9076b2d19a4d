package org.georep.protocol;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The unit on the wire: body length (4 bytes), type (1 byte), id (8 bytes), all big-endian, then
 * the body.
 *
 * @param type what the body is
 * @param id of a request or a stream of contents, counted from 1 on by the replicator; of a reply,
 *     its request's or stream's; of a ping any number, which its pong repeats; of a credit, how
 *     many bytes wait at its sender
 * @param body the bytes, at most {@link #MAX_BODY}; not to be changed
 */
public record Frame(Type type, long id, byte[] body) {
  /** The longest body, in bytes. */
  public static final int MAX_BODY = 16 << 20;

  /** The length of what stands before the body, in bytes. */
  public static final int HEADER = 13;

  /** What a frame carries. */
  public enum Type {
    /** A {@link Request}, from the replicator to the agent. */
    REQUEST(1),
    /** A {@link Reply}, from the agent to the replicator. */
    REPLY(2),
    /** Nothing; either end sends it when it has sent nothing else for a while. */
    PING(3),
    /** Nothing; the answer to a ping. */
    PONG(4),
    /** {@link Piece}s of a stream of contents, from the replicator to the agent. */
    CONTENT(5),
    /** As CONTENT, and the last of its stream; the reply to the stream carries its id. */
    CONTENT_END(6),
    /** How many bytes of CONTENT frames the agent took: so many more may be sent. */
    CREDIT(7);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    /** Returns the number it has on the wire. */
    public int code() {
      return code;
    }

    static Type ofCode(int code) throws ProtocolException {
      for (Type type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      throw new ProtocolException("a frame of the unknown type " + code + " arrived");
    }
  }

  /** Checks its parts. */
  public Frame {
    Objects.requireNonNull(type, "type is null");
    if (body.length > MAX_BODY) {
      throw new IllegalArgumentException("a frame holds 16 MiB, not " + body.length + " bytes");
    }
  }

  /** Makes a ping. */
  public static Frame ping(long id) {
    return new Frame(Type.PING, id, new byte[0]);
  }

  /** Makes the answer to a ping. */
  public static Frame pong(long id) {
    return new Frame(Type.PONG, id, new byte[0]);
  }

  /**
   * Makes the leave to send so many bytes of contents more.
   *
   * @param backlog how many bytes of contents wait here, which is sent as its id
   * @param bytes from 0 to 2^31 - 1
   */
  public static Frame credit(long backlog, int bytes) {
    return new Frame(
        Type.CREDIT, backlog, ByteBuffer.allocate(Integer.BYTES).putInt(bytes).array());
  }

  /**
   * Returns how many bytes a credit is for.
   *
   * @throws ProtocolException if it is none
   */
  public int credit() throws ProtocolException {
    int bytes = body.length == Integer.BYTES ? ByteBuffer.wrap(body).getInt() : -1;
    if (type != Type.CREDIT || bytes < 0) {
      throw new ProtocolException("a credit that is none arrived");
    }
    return bytes;
  }

  /** Returns whether it is part of a stream of contents. */
  public boolean isContent() {
    return type == Type.CONTENT || type == Type.CONTENT_END;
  }

  /** Returns how many bytes it takes on the wire. */
  public int length() {
    return HEADER + body.length;
  }
}
