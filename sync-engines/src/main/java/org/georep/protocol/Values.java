package org.georep.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/** How the values within messages are written: one pair of methods each. */
final class Values {
  /** The longest path, in bytes: far beyond PATH_MAX, since paths are resolved name by name. */
  static final int MAX_PATH = 1 << 20;

  /** The longest xattr value Linux holds. */
  private static final int MAX_XATTR = 1 << 16;

  private Values() {}

  static void gfid(WireWriter out, Gfid gfid) throws ProtocolException {
    out.counted(gfid.toBytes());
  }

  static Gfid gfid(WireReader in) throws ProtocolException {
    return Gfid.of(in.counted(Gfid.MAX_LENGTH));
  }

  static void gfids(WireWriter out, List<Gfid> gfids) throws ProtocolException {
    out.list(gfids, Values::gfid);
  }

  static List<Gfid> gfids(WireReader in) throws ProtocolException {
    return in.list(2, Values::gfid);
  }

  static void name(WireWriter out, FileName name) throws ProtocolException {
    out.counted(name.toBytes());
  }

  static FileName name(WireReader in) throws ProtocolException {
    return FileName.of(in.counted(FileName.MAX_LENGTH));
  }

  static void place(WireWriter out, Place place) throws ProtocolException {
    gfid(out, place.directory());
    name(out, place.name());
  }

  static Place place(WireReader in) throws ProtocolException {
    return new Place(gfid(in), name(in));
  }

  static void path(WireWriter out, EntryPath path) throws ProtocolException {
    out.counted(path.toBytes());
  }

  static EntryPath path(WireReader in) throws ProtocolException {
    byte[] path = in.counted(MAX_PATH);
    for (byte b : path) {
      if (b == '/') {
        in.spend(1);
      }
    }
    return EntryPath.parse(path);
  }

  static void minFree(WireWriter out, MinFree free) throws ProtocolException {
    out.unsigned(free.bytes());
    out.unsigned(free.tenThousandths());
  }

  static MinFree minFree(WireReader in) throws ProtocolException {
    long bytes = in.unsigned();
    long share = in.unsigned();
    if (bytes < 0 || share < 0 || share > MinFree.WHOLE) {
      throw new ProtocolException(bytes + " and " + share + " are no free space");
    }
    return new MinFree(bytes, (int) share);
  }

  static void uuid(WireWriter out, UUID id) throws ProtocolException {
    out.unsigned(id.getMostSignificantBits());
    out.unsigned(id.getLeastSignificantBits());
  }

  static UUID uuid(WireReader in) throws ProtocolException {
    return new UUID(in.unsigned(), in.unsigned());
  }

  static void instant(WireWriter out, Instant time) throws ProtocolException {
    out.signed(time.getEpochSecond());
    out.unsigned(time.getNano());
  }

  static Instant instant(WireReader in) throws ProtocolException {
    long seconds = in.signed();
    long nanos = in.unsigned();
    if (nanos < 0 || nanos > 999_999_999) {
      throw new ProtocolException("a time has " + nanos + " nanoseconds");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  static void token(WireWriter out, Token token) throws ProtocolException {
    instant(out, token.mtime());
    out.signed(token.size());
  }

  static Token token(WireReader in) throws ProtocolException {
    return new Token(instant(in), in.signed());
  }

  static void xattr(WireWriter out, Xattr xattr) throws ProtocolException {
    out.counted(xattr.name());
    out.counted(xattr.value());
  }

  static Xattr xattr(WireReader in) throws ProtocolException {
    return new Xattr(in.counted(FileName.MAX_LENGTH), in.counted(MAX_XATTR));
  }

  static void state(WireWriter out, EntryState state) throws ProtocolException {
    gfid(out, state.gfid());
    out.octet(state.kind().code());
    out.unsigned(state.permissions());
    out.unsigned(Integer.toUnsignedLong(state.uid()));
    out.unsigned(Integer.toUnsignedLong(state.gid()));
    instant(out, state.mtime());
    instant(out, state.ctime());
    out.flag(state.racy());
    out.unsigned(state.size());
    out.flag(state.sparse());
    out.unsigned(Integer.toUnsignedLong(state.nlink()));
    out.unsigned(state.rdev());
    out.optional(state.target(), WireWriter::counted);
    out.list(state.xattrs(), Values::xattr);
    out.octet(state.flags());
  }

  static EntryState state(WireReader in) throws ProtocolException {
    Gfid gfid = gfid(in);
    Kind kind = Kind.ofCode(in.octet());
    int permissions = bits32(in);
    int uid = bits32(in);
    int gid = bits32(in);
    Instant mtime = instant(in);
    Instant ctime = instant(in);
    boolean racy = in.flag();
    long size = in.unsigned();
    boolean sparse = in.flag();
    int nlink = bits32(in);
    long rdev = in.unsigned();
    Optional<byte[]> target = in.optional(reader -> reader.counted(MAX_PATH));
    List<Xattr> xattrs = in.list(2, Values::xattr);
    return new EntryState(
        gfid,
        kind,
        permissions,
        uid,
        gid,
        mtime,
        ctime,
        racy,
        size,
        sparse,
        nlink,
        rdev,
        target,
        xattrs,
        in.octet());
  }

  static void states(WireWriter out, List<EntryState> states) throws ProtocolException {
    out.list(states, Values::state);
  }

  static List<EntryState> states(WireReader in) throws ProtocolException {
    return in.list(MIN_STATE, Values::state);
  }

  /** The fewest bytes a state takes. */
  static final int MIN_STATE = 18;

  static void want(WireWriter out, Want want) throws ProtocolException {
    if (want instanceof Want.Absent) {
      out.octet(0);
      name(out, want.name());
    } else if (want instanceof Want.Present present) {
      out.octet(1);
      name(out, present.name());
      state(out, present.state());
    } else if (want instanceof Want.Covered) {
      out.octet(2);
      name(out, want.name());
    } else if (want instanceof Want.Excluded) {
      out.octet(3);
      name(out, want.name());
    } else {
      throw new IllegalStateException("no code for " + want.getClass());
    }
  }

  static Want want(WireReader in) throws ProtocolException {
    int code = in.octet();
    FileName name = name(in);
    return switch (code) {
      case 0 -> new Want.Absent(name);
      case 1 -> new Want.Present(name, state(in));
      case 2 -> new Want.Covered(name);
      case 3 -> new Want.Excluded(name);
      default -> throw new ProtocolException("a want of the unknown kind " + code + " arrived");
    };
  }

  static void wantAt(WireWriter out, Want.At at) throws ProtocolException {
    gfid(out, at.directory());
    want(out, at.want());
  }

  static Want.At wantAt(WireReader in) throws ProtocolException {
    return new Want.At(gfid(in), want(in));
  }

  static void listing(WireWriter out, Listing listing) throws ProtocolException {
    gfid(out, listing.directory());
    out.flag(listing.first());
    out.flag(listing.last());
    out.list(listing.wants(), Values::want);
  }

  static Listing listing(WireReader in) throws ProtocolException {
    Gfid directory = gfid(in);
    boolean first = in.flag();
    boolean last = in.flag();
    return new Listing(directory, in.list(3, Values::want), first, last);
  }

  private static int bits32(WireReader in) throws ProtocolException {
    long value = in.unsigned();
    if (value >>> 32 != 0) {
      throw new ProtocolException("a number has more than 32 bits");
    }
    return (int) value;
  }
}
