package org.georep.protocol;

import java.util.Objects;

/**
 * The unit on the wire: body length (4 bytes), type (1 byte), id (8 bytes), all big-endian, then
 * the body.
 *
 * @param type what the body is
 * @param id of a request, counted from 1 on by the replicator; of a reply, its request's; of a ping
 *     any number, which its pong repeats
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
    PONG(4);

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

  /** Returns how many bytes it takes on the wire. */
  public int length() {
    return HEADER + body.length;
  }
}
