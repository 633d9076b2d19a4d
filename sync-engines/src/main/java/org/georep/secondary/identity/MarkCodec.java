package org.georep.secondary.identity;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.posix.FileFormat;
import org.georep.posix.NewerFormatException;
import org.georep.protocol.Kind;
import org.georep.protocol.Token;

/**
 * The bytes of a {@link Mark}: version, flags, the inode's own identity, gfid, of a token seconds,
 * nanoseconds and size, and of what it stands in for kind and device number. They hold the inode's
 * own identity so that a copy made with all attributes ({@code cp -a}) is seen to be one. 41 bytes
 * on ext4, whose inodes have room for 60 beside themselves.
 */
final class MarkCodec {
  private static final byte VERSION = 1;
  private static final int INCOMPLETE = 1;
  private static final int TOKEN = 2;
  private static final int STAND_IN = 4;

  /** A token follows that is in doubt: only what was left is known. */
  private static final int LEFT = 8;

  private static final FileFormat FORMATS =
      FileFormat.first(
          "remove .georep there and take the data over with --adopt, which compares both sides");

  private MarkCodec() {}

  /** Refuses the bytes of a mark of a newer format, whatever else is in them. */
  static void checkFormat(String what, byte[] bytes) throws NewerFormatException {
    if (bytes.length > 0) {
      FORMATS.reads(what, Byte.toUnsignedInt(bytes[0]));
    }
  }

  static byte[] write(Mark mark, Gfid own) {
    ByteBuffer out = ByteBuffer.allocate(4 + own.length() + mark.gfid().length() + 31);
    out.put(VERSION);
    int token = mark.token().isPresent() ? TOKEN : mark.left().isPresent() ? LEFT : 0;
    int standIn = mark.standIn().isPresent() ? STAND_IN : 0;
    out.put((byte) ((mark.incomplete() ? INCOMPLETE : 0) | token | standIn));
    put(out, own);
    put(out, mark.gfid());
    if (mark.left().isPresent()) {
      Token left = mark.left().get();
      Instant mtime = left.mtime();
      out.putLong(mtime.getEpochSecond()).putInt(mtime.getNano());
      long size = left.size();
      while (size > 0x7f) {
        out.put((byte) ((size & 0x7f) | 0x80));
        size >>>= 7;
      }
      out.put((byte) size);
    }
    mark.standIn().ifPresent(what -> out.put((byte) what.kind().code()).putLong(what.rdev()));
    return Arrays.copyOf(out.array(), out.position());
  }

  private static void put(ByteBuffer out, Gfid gfid) {
    out.put((byte) gfid.length());
    out.put(gfid.toBytes());
  }

  /**
   * Returns the mark, or nothing if these bytes are none or were written to another inode than the
   * one of identity {@code own}.
   */
  static Optional<Mark> read(byte[] bytes, Gfid own) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.get() != VERSION) {
        return Optional.empty();
      }
      int flags = in.get();
      if (!own.equals(gfid(in))) {
        return Optional.empty();
      }
      Gfid gfid = gfid(in);
      Optional<Token> left =
          (flags & (TOKEN | LEFT)) == 0 ? Optional.empty() : Optional.of(token(in));
      Optional<Token> token = (flags & TOKEN) == 0 ? Optional.empty() : left;
      Optional<StandIn> standIn =
          (flags & STAND_IN) == 0
              ? Optional.empty()
              : Optional.of(new StandIn(Kind.ofCode(in.get()), in.getLong()));
      return Optional.of(new Mark(gfid, (flags & INCOMPLETE) != 0, token, left, standIn));
    } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Gfid gfid(ByteBuffer in) {
    int length = in.get() & 0xff;
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return Gfid.of(bytes);
  }

  private static Token token(ByteBuffer in) {
    Instant mtime = Instant.ofEpochSecond(in.getLong(), in.getInt());
    long size = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      byte next = in.get();
      size |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return new Token(mtime, size);
      }
    }
    throw new IllegalArgumentException("a size of more than 63 bits");
  }
}
