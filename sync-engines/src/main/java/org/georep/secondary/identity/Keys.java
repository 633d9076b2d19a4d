package org.georep.secondary.identity;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.Kind;

/**
 * The inventory's keys and values as bytes. A gfid is preceded by its length, so that no key is the
 * beginning of another gfid's; a name comes last, so that names of a directory follow each other in
 * their order.
 */
final class Keys {
  private static final int KEPT = 1;
  private static final int CTIME = 2;
  private static final int VERIFIED = 4;

  /** Agents that do not know it leave it out when they write. */
  private static final int TOUCHED = 8;

  private static final int TIMED_BYTES = 20;

  private Keys() {}

  static byte[] ofGfid(Gfid gfid) {
    byte[] key = new byte[1 + gfid.length()];
    key[0] = (byte) gfid.length();
    gfid.copyTo(key, 1);
    return key;
  }

  static byte[] ofPlace(Place place) {
    return append(ofGfid(place.directory()), place.name());
  }

  static byte[] ofGfidAt(Gfid gfid, Place place) {
    byte[] first = ofGfid(gfid);
    byte[] second = ofGfid(place.directory());
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return append(both, place.name());
  }

  private static byte[] append(byte[] prefix, FileName name) {
    byte[] key = Arrays.copyOf(prefix, prefix.length + name.length());
    name.copyTo(key, prefix.length);
    return key;
  }

  static boolean hasPrefix(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  static Gfid gfidOf(byte[] key) {
    return Gfid.of(Arrays.copyOfRange(key, 1, 1 + key[0]));
  }

  /** Returns the name at the end of a key made by {@link #ofPlace}. */
  static FileName nameOf(byte[] key) {
    return FileName.of(Arrays.copyOfRange(key, 1 + key[0], key.length));
  }

  /** Returns the place in a key made by {@link #ofGfidAt}. */
  static Place placeOf(byte[] key) {
    byte[] rest = Arrays.copyOfRange(key, 1 + key[0], key.length);
    return new Place(gfidOf(rest), nameOf(rest));
  }

  static byte[] ofEntry(Entry entry) {
    boolean timed = entry.ctime().isPresent();
    boolean touched = entry.touched() != LastTouch.UNKNOWN;
    ByteBuffer out =
        ByteBuffer.allocate(
            3 + entry.gfid().length() + (timed ? TIMED_BYTES : 0) + (touched ? Long.BYTES : 0));
    out.put((byte) entry.kind().code());
    out.put(
        (byte)
            ((entry.kept() ? KEPT : 0)
                | (timed ? CTIME : 0)
                | (entry.verified() ? VERIFIED : 0)
                | (touched ? TOUCHED : 0)));
    out.put((byte) entry.gfid().length());
    entry.gfid().copyTo(out.array(), out.position());
    out.position(out.position() + entry.gfid().length());
    if (timed) {
      Instant ctime = entry.ctime().get();
      out.putLong(ctime.getEpochSecond()).putInt(ctime.getNano()).putLong(entry.size());
    }
    if (touched) {
      out.putLong(entry.touched());
    }
    return out.array();
  }

  static Entry entryOf(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    Kind kind = Kind.ofCode(in.get());
    int flags = in.get();
    byte[] gfid = new byte[in.get()];
    in.get(gfid);
    boolean timed = (flags & CTIME) != 0;
    Optional<Instant> ctime =
        timed
            ? Optional.of(Instant.ofEpochSecond(in.getLong(), in.getInt()))
            : Optional.<Instant>empty();
    long size = timed ? in.getLong() : 0;
    return new Entry(
        Gfid.of(gfid),
        kind,
        ctime,
        size,
        (flags & VERIFIED) != 0,
        (flags & KEPT) != 0,
        (flags & TOUCHED) != 0 ? in.getLong() : LastTouch.UNKNOWN);
  }

  /** Returns an entry's last part without reading the others. */
  static long touchedOf(byte[] value) {
    return (value[1] & TOUCHED) == 0
        ? LastTouch.UNKNOWN
        : ByteBuffer.wrap(value, value.length - Long.BYTES, Long.BYTES).getLong();
  }

  static boolean isDirectory(byte[] value) {
    return value[0] == Kind.DIRECTORY.code();
  }
}
