package org.georep.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads what {@link WireWriter} wrote, and believes none of it: a count or length that the rest of
 * the message cannot hold is refused before anything is allocated for it, and so is a message of
 * more than {@link #MAX_ELEMENTS} list elements, since an element takes many times its bytes as an
 * object.
 */
final class WireReader {
  /** The most list elements in one message, all lists together. */
  static final int MAX_ELEMENTS = 1 << 20;

  /** Reads one value of a type. */
  interface Decoder<T> {
    T decode(WireReader in) throws ProtocolException;
  }

  private final byte[] bytes;
  private int at;
  private int elements = MAX_ELEMENTS;

  WireReader(byte[] bytes) {
    this.bytes = bytes;
  }

  int remaining() {
    return bytes.length - at;
  }

  void end() throws ProtocolException {
    if (remaining() != 0) {
      throw new ProtocolException("a message has " + remaining() + " bytes too many");
    }
  }

  int octet() throws ProtocolException {
    need(1);
    return bytes[at++] & 0xff;
  }

  boolean flag() throws ProtocolException {
    int value = octet();
    if (value > 1) {
      throw new ProtocolException("a flag is 0 or 1, not " + value);
    }
    return value == 1;
  }

  long unsigned() throws ProtocolException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int group = octet();
      value |= (long) (group & 0x7f) << shift;
      if (group < 0x80) {
        if (shift == 63 && group > 1) {
          break;
        }
        return value;
      }
    }
    throw new ProtocolException("a number has more than 64 bits");
  }

  long signed() throws ProtocolException {
    long folded = unsigned();
    return (folded >>> 1) ^ -(folded & 1);
  }

  /** Reads a number that has to lie within the given bounds, both included. */
  int within(int least, int most) throws ProtocolException {
    long value = signed();
    if (value < least || value > most) {
      throw new ProtocolException("a number is not from " + least + " to " + most + ": " + value);
    }
    return (int) value;
  }

  byte[] raw(int length) throws ProtocolException {
    need(length);
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  /** Reads a number of bytes and passes over as many, which stay where they are. */
  int skipCounted() throws ProtocolException {
    long length = unsigned();
    if (length < 0 || length > remaining()) {
      throw new ProtocolException("a message ends before its last value");
    }
    at += (int) length;
    return (int) length;
  }

  /** Returns where the next value begins. */
  int position() {
    return at;
  }

  byte[] counted(int most) throws ProtocolException {
    long length = unsigned();
    if (length < 0 || length > most) {
      throw new ProtocolException(
          "a value has at most " + most + " bytes, not " + Long.toUnsignedString(length));
    }
    return raw((int) length);
  }

  String text(int most) throws ProtocolException {
    byte[] encoded = counted(most);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolException("a text is not UTF-8", e);
    }
  }

  /** Reads a list whose elements take at least {@code least} bytes each, one or more. */
  <T> List<T> list(int least, Decoder<T> decoder) throws ProtocolException {
    long count = unsigned();
    if (count < 0 || count > remaining() / least) {
      throw new ProtocolException("a list claims " + Long.toUnsignedString(count) + " elements");
    }
    spend((int) count);
    List<T> values = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      values.add(decoder.decode(this));
    }
    return values;
  }

  /** Takes from what a message may have of elements; a path's names count as such. */
  void spend(int count) throws ProtocolException {
    if (count > elements) {
      throw new ProtocolException("a message has more than " + MAX_ELEMENTS + " elements");
    }
    elements -= count;
  }

  <T> Optional<T> optional(Decoder<T> decoder) throws ProtocolException {
    return flag() ? Optional.of(decoder.decode(this)) : Optional.empty();
  }

  <E extends Enum<E>> E named(Class<E> type) throws ProtocolException {
    String name = text(64);
    for (E value : type.getEnumConstants()) {
      if (value.name().equals(name)) {
        return value;
      }
    }
    throw new ProtocolException("an unknown " + type.getSimpleName() + " arrived");
  }

  private void need(int length) throws ProtocolException {
    if (length > remaining()) {
      throw new ProtocolException("a message ends before its last value");
    }
  }
}
