package org.georep.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * A growing array of encoded values. Numbers are written in groups of seven bits, low ones first,
 * so that small ones take one byte; numbers that may be negative are folded first (0, -1, 1, -2,
 * ...).
 */
final class WireWriter {
  /** Writes one value of a type. */
  interface Encoder<T> {
    void encode(WireWriter out, T value) throws ProtocolException;
  }

  private byte[] bytes = new byte[256];
  private int length;

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  void octet(int value) throws ProtocolException {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  void flag(boolean value) throws ProtocolException {
    octet(value ? 1 : 0);
  }

  /** Writes a number from 0 to 2^64 - 1. */
  void unsigned(long value) throws ProtocolException {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  void signed(long value) throws ProtocolException {
    unsigned((value << 1) ^ (value >> 63));
  }

  /** Writes bytes as they are; the reader knows how many. */
  void raw(byte[] value) throws ProtocolException {
    reserve(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  /** Writes what remains in the buffer as it is, and takes it out. */
  void raw(ByteBuffer value) throws ProtocolException {
    int more = value.remaining();
    reserve(more);
    value.get(bytes, length, more);
    length += more;
  }

  /** Returns how many bytes were written. */
  int length() {
    return length;
  }

  /** Begins anew; keeps its memory. */
  void clear() {
    length = 0;
  }

  /** Writes bytes behind their number. */
  void counted(byte[] value) throws ProtocolException {
    unsigned(value.length);
    raw(value);
  }

  void text(String value) throws ProtocolException {
    counted(value.getBytes(StandardCharsets.UTF_8));
  }

  <T> void list(Collection<T> values, Encoder<? super T> encoder) throws ProtocolException {
    unsigned(values.size());
    for (T value : values) {
      encoder.encode(this, value);
    }
  }

  <T> void optional(Optional<T> value, Encoder<? super T> encoder) throws ProtocolException {
    flag(value.isPresent());
    if (value.isPresent()) {
      encoder.encode(this, value.get());
    }
  }

  private void reserve(int more) throws ProtocolException {
    int needed = length + more;
    if (needed > Frame.MAX_BODY || needed < 0) {
      throw new ProtocolException(
          "a message is larger than the 16 MiB of a frame; it has to go over in parts");
    }
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(Frame.MAX_BODY, Math.max(needed, bytes.length * 2)));
    }
  }
}
