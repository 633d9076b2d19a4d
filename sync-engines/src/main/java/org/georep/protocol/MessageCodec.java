package org.georep.protocol;

import java.time.DateTimeException;

/**
 * Messages as bytes. A message is one byte that says which, then its parts in the order the records
 * declare them. There are no optional parts and no tolerance: both ends write what the protocol has
 * that they agreed on before the first frame, see {@link Protocols}.
 *
 * <p>What arrives is not trusted. Decoding ends in time proportional to the message, allocates at
 * most a bounded multiple of its length, and either returns a whole message of valid values or
 * throws {@link ProtocolException}. Without state; for any thread.
 */
public final class MessageCodec {
  private MessageCodec() {}

  /**
   * Encodes a request.
   *
   * @throws ProtocolException if it is larger than a frame
   */
  public static byte[] encode(Request request) throws ProtocolException {
    WireWriter out = new WireWriter();
    RequestCodec.write(out, request);
    return out.toBytes();
  }

  /**
   * Encodes a reply.
   *
   * @throws ProtocolException if it is larger than a frame
   */
  public static byte[] encode(Reply reply) throws ProtocolException {
    return encode(reply, Protocols.NEWEST);
  }

  /**
   * Encodes a reply for a replicator of an older protocol.
   *
   * @param protocol the one that is spoken
   * @throws ProtocolException if it is larger than a frame
   */
  public static byte[] encode(Reply reply, int protocol) throws ProtocolException {
    WireWriter out = new WireWriter();
    ReplyCodec.write(out, reply, protocol);
    return out.toBytes();
  }

  /**
   * Decodes a request.
   *
   * @throws ProtocolException if the bytes are none
   */
  public static Request decodeRequest(byte[] bytes) throws ProtocolException {
    return decode(bytes, RequestCodec::read);
  }

  /**
   * Decodes a reply.
   *
   * @throws ProtocolException if the bytes are none
   */
  public static Reply decodeReply(byte[] bytes) throws ProtocolException {
    return decode(bytes, ReplyCodec::read);
  }

  private static <T> T decode(byte[] bytes, WireReader.Decoder<T> decoder)
      throws ProtocolException {
    try {
      WireReader in = new WireReader(bytes);
      T message = decoder.decode(in);
      in.end();
      return message;
    } catch (IllegalArgumentException | DateTimeException e) {
      // A value that its own type refuses: a name with a slash, a time beyond the calendar.
      throw new ProtocolException("a message holds an impossible value: " + e.getMessage(), e);
    }
  }
}
