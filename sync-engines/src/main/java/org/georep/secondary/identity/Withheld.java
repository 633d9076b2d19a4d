package org.georep.secondary.identity;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Xattr;

/**
 * What an agent that is not root could not give an inode: the whole of what the primary has there
 * beside names, contents and time, and those extended attributes that were not to be set. It is
 * kept in the inode's {@link #NAME}, or, where the kernel lets no user set attributes (symbolic
 * links, FIFOs, sockets), in the inventory. An agent that is root later sets all of it, as the
 * primary has it then, and removes this.
 *
 * <p>As bytes, big-endian: version (1), kind (1), mode (2), uid, gid, flags (4 each), device number
 * (8), how many attributes (2), of each the length of its name (1), name, length of its value (2;
 * 65535: too long to be kept) and value.
 *
 * @param kind what the primary has
 * @param permissions mode without type bits
 * @param uid owner
 * @param gid group
 * @param flags immutable and append-only, as in {@link EntryState}
 * @param rdev device number
 * @param xattrs what could not be set
 */
public record Withheld(
    Kind kind, int permissions, int uid, int gid, int flags, long rdev, List<Xattr> xattrs) {
  /** The attribute it is kept in. */
  public static final String NAME = "user.georep.meta";

  private static final byte VERSION = 1;
  private static final int FIXED = 26;
  private static final int LEFT_OUT = 0xffff;

  /** A file system of Linux may have no more than this for all attributes of an inode. */
  private static final int MOST = 2048;

  /** Checks its part. */
  public Withheld {
    xattrs = List.copyOf(xattrs);
  }

  /** Returns all of a state with these attributes. */
  public static Withheld of(EntryState state, List<Xattr> xattrs) {
    return new Withheld(
        state.kind(),
        state.permissions(),
        state.uid(),
        state.gid(),
        state.flags(),
        state.rdev(),
        xattrs);
  }

  /** Returns the name of the attribute as bytes. */
  public static byte[] attribute() {
    return NAME.getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns it as bytes; what is too long for an attribute is left out, its name kept. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(MOST + 2 * (1 + 255 + 2));
    out.put(VERSION).put((byte) kind.code()).putShort((short) permissions);
    out.putInt(uid).putInt(gid).putInt(flags).putLong(rdev);
    out.putShort((short) 0);
    short count = 0;
    for (Xattr xattr : xattrs) {
      if (out.position() + xattr.name().length + 3 > MOST) {
        break;
      }
      out.put((byte) xattr.name().length).put(xattr.name());
      if (out.position() + 2 + xattr.value().length > MOST) {
        out.putShort((short) LEFT_OUT);
      } else {
        out.putShort((short) xattr.value().length).put(xattr.value());
      }
      count++;
    }
    out.putShort(FIXED - 2, count);
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Parses it; nothing if these bytes are none. Attributes that were left out have no value. */
  public static Optional<Withheld> parse(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.get() != VERSION) {
        return Optional.empty();
      }
      Kind kind = Kind.ofCode(in.get());
      int permissions = in.getShort() & 07777;
      int uid = in.getInt();
      int gid = in.getInt();
      int flags = in.getInt();
      long rdev = in.getLong();
      List<Xattr> xattrs = new ArrayList<>();
      for (int left = in.getShort(); left > 0; left--) {
        byte[] name = counted(in, in.get() & 0xff);
        int length = in.getShort() & 0xffff;
        xattrs.add(new Xattr(name, counted(in, length == LEFT_OUT ? 0 : length)));
      }
      return Optional.of(new Withheld(kind, permissions, uid, gid, flags, rdev, xattrs));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] counted(ByteBuffer in, int length) {
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
