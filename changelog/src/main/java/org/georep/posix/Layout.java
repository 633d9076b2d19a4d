package org.georep.posix;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.georep.name.FileName;

/** How the kernel lays out the structures it answers with; the same on x86-64 and arm64. */
final class Layout {
  static final int STATX_SIZE = 256;

  /** STATX_BASIC_STATS, STATX_BTIME and STATX_MNT_ID. */
  static final int STATX_MASK = 0x7ff | 0x800 | 0x1000;

  static final int STATFS_SIZE = 120;
  static final int FILE_HANDLE_HEADER = 8;

  /** MAX_HANDLE_SZ. */
  static final int FILE_HANDLE_MAX = 128;

  static final int TIMESPEC_SIZE = 16;
  static final long UTIME_OMIT = 0x3ffffffe;
  static final int POLLFD_SIZE = 8;

  private static final int STATX_BTIME = 0x800;
  private static final long STATX_ATTR_MOUNT_ROOT = 0x2000;
  private static final byte[] SELF = {'.'};
  private static final byte[] PARENT = {'.', '.'};

  private Layout() {}

  static Stat stat(Scratch.Struct s) {
    boolean born = (s.intAt(0) & STATX_BTIME) != 0;
    return new Stat(
        s.shortAt(0x1c),
        s.intAt(0x10),
        s.intAt(0x14),
        s.intAt(0x18),
        device(s.intAt(0x88), s.intAt(0x8c)),
        s.longAt(0x20),
        device(s.intAt(0x80), s.intAt(0x84)),
        s.longAt(0x28),
        s.longAt(0x30),
        time(s, 0x70),
        time(s, 0x60),
        born ? time(s, 0x50) : Instant.EPOCH,
        s.longAt(0x90),
        (s.longAt(0x08) & STATX_ATTR_MOUNT_ROOT) != 0,
        (int) s.longAt(0x08) & (Linux.FS_IMMUTABLE_FL | Linux.FS_APPEND_FL));
  }

  static StatFs statFs(Scratch.Struct s) {
    long id = ((long) s.intAt(60) << 32) | (s.intAt(56) & 0xffffffffL);
    // Blocks are counted in fragments where the file system tells the two apart (FUSE does).
    long fragment = s.longAt(72);
    return new StatFs(
        s.longAt(0) & 0xffffffffL,
        fragment > 0 ? fragment : s.longAt(8),
        s.longAt(16),
        s.longAt(32),
        s.longAt(40),
        s.longAt(48),
        id);
  }

  /**
   * A file system with 64-bit seconds (tmpfs, btrfs) can hold what {@link Instant} cannot: a
   * thousand million years away. The nearest instant stands for it.
   */
  private static Instant time(Scratch.Struct s, int offset) {
    long seconds = s.longAt(offset);
    if (seconds >= Instant.MAX.getEpochSecond()) {
      return Instant.MAX;
    }
    return seconds < Instant.MIN.getEpochSecond()
        ? Instant.MIN
        : Instant.ofEpochSecond(seconds, s.intAt(offset + 8));
  }

  /** makedev(3) of numbers that are unsigned 32 bits. */
  static long device(int major, int minor) {
    long high = major & 0xffffffffL;
    long low = minor & 0xffffffffL;
    return ((high & 0xfff) << 8) | ((high & ~0xfffL) << 32) | (low & 0xff) | ((low & ~0xffL) << 12);
  }

  /**
   * Adds the entries of a filled getdents64 buffer to {@code entries}.
   *
   * @throws PosixException if a name is longer than {@link FileName} can hold
   */
  static void entries(Scratch.Struct s, int length, List<Dirent> entries) throws PosixException {
    for (int at = 0; at < length; at += s.shortAt(at + 16)) {
      int end = at + 19;
      while (s.byteAt(end) != 0) {
        end++;
      }
      byte[] name = s.bytesAt(at + 19, end - at - 19);
      if (Arrays.equals(name, SELF) || Arrays.equals(name, PARENT)) {
        continue;
      }
      if (name.length > FileName.MAX_LENGTH) {
        throw new PosixException("getdents64", name, Errno.ENAMETOOLONG);
      }
      entries.add(new Dirent(FileName.of(name), s.longAt(at), s.byteAt(at + 18) & 0xff));
    }
  }

  /** Splits the NUL-ended names of listxattr(2). */
  static List<byte[]> names(byte[] all) {
    List<byte[]> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == 0) {
        names.add(Arrays.copyOfRange(all, start, i));
        start = i + 1;
      }
    }
    return names;
  }

  static void putTime(Scratch.Struct s, int offset, Instant time) {
    s.putLong(offset, time.getEpochSecond()).putLong(offset + 8, time.getNano());
  }
}
