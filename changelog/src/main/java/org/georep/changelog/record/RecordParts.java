package org.georep.changelog.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/**
 * The parts of a record in the codec's buffer: numbers, moments, identities, names, texts. Reading
 * throws {@code BufferUnderflowException}, {@code IllegalArgumentException} or {@code
 * DateTimeException} when the bytes make no sense.
 */
final class RecordParts {
  /** Texts are for people; a longer one is cut. */
  private static final int MAX_TEXT = 2 << 10;

  private final ByteBuffer buffer;

  RecordParts(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  /** Seven bits a byte, lowest first; the top bit says that more follow. */
  void putLong(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    buffer.put((byte) rest);
  }

  long getLong() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = buffer.get();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }

  void putInstant(Instant instant) {
    long seconds = instant.getEpochSecond();
    putLong((seconds << 1) ^ (seconds >> 63));
    putLong(instant.getNano());
  }

  Instant getInstant() {
    long folded = getLong();
    long nanos = getLong();
    if (nanos < 0 || nanos > 999_999_999) {
      throw new IllegalArgumentException("a second of " + nanos + " nanoseconds");
    }
    return Instant.ofEpochSecond((folded >>> 1) ^ -(folded & 1), nanos);
  }

  void putGfid(Gfid gfid) {
    buffer.put((byte) gfid.length());
    gfid.copyTo(buffer.array(), buffer.arrayOffset() + buffer.position());
    buffer.position(buffer.position() + gfid.length());
  }

  Gfid getGfid() {
    return Gfid.of(getBytes());
  }

  void putOptionalGfid(Optional<Gfid> gfid) {
    if (gfid.isPresent()) {
      putGfid(gfid.get());
    } else {
      buffer.put((byte) 0);
    }
  }

  Optional<Gfid> getOptionalGfid() {
    return skipAbsent() ? Optional.empty() : Optional.of(getGfid());
  }

  void putPlace(Place place) {
    putGfid(place.directory());
    FileName name = place.name();
    buffer.put((byte) name.length());
    name.copyTo(buffer.array(), buffer.arrayOffset() + buffer.position());
    buffer.position(buffer.position() + name.length());
  }

  Place getPlace() {
    Gfid directory = getGfid();
    return new Place(directory, FileName.of(getBytes()));
  }

  void putOptionalPlace(Optional<Place> place) {
    if (place.isPresent()) {
      putPlace(place.get());
    } else {
      buffer.put((byte) 0);
    }
  }

  Optional<Place> getOptionalPlace() {
    return skipAbsent() ? Optional.empty() : Optional.of(getPlace());
  }

  void putText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MAX_TEXT);
    while (length < bytes.length && (bytes[length] & 0xc0) == 0x80) {
      length--; // not in the middle of a character
    }
    putLong(length);
    buffer.put(bytes, 0, length);
  }

  String getText() {
    long length = getLong();
    if (length < 0 || length > MAX_TEXT) {
      throw new IllegalArgumentException("a text of " + length + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    buffer.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private byte[] getBytes() {
    byte[] bytes = new byte[Byte.toUnsignedInt(buffer.get())];
    buffer.get(bytes);
    return bytes;
  }

  /** An identity has at least one byte, so a length of zero says that there is none. */
  private boolean skipAbsent() {
    if (buffer.get() == 0) {
      return true;
    }
    buffer.position(buffer.position() - 1);
    return false;
  }
}
