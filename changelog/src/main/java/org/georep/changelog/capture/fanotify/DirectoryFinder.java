package org.georep.changelog.capture.fanotify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.FileHandle;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel where a directory lies now, and what a file's attributes are, by handle.
 *
 * <p>The quick answer is the directory's path, compared with the root's; the kernel makes it in one
 * moment, whatever is renamed meanwhile. A path that does not fit 4096 bytes is decided by walking
 * up. So is one that the kernel cannot name, which it shows as {@code /}: where the root's mount is
 * a bind mount, the rest of the file system lies beyond it.
 *
 * <p>A call that fails is no reason to stop: one bad inode would silence the whole volume. What
 * cannot be told is answered so that more is told of, not less.
 */
final class DirectoryFinder {
  static final long GONE = -1;
  static final long MANY = Long.MAX_VALUE;

  private static final List<byte[]> TAKEN_OUT = List.of(below("limbo"), below("conflicts"));
  private static final byte[] EMPTY = new byte[0];
  private static final int TRIES = 1000;
  private static final long PAUSE_NANOS = 50_000;
  private static final byte[] PARENT = {'.', '.'};

  private final Libc libc;
  private final VolumeRoot root;

  DirectoryFinder(Libc libc, VolumeRoot root) {
    this.libc = libc;
    this.root = root;
  }

  private static byte[] below(String name) {
    return (VolumeRoot.GEOREP + "/" + name + "/").getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns where a directory lies. */
  Whereabouts find(Gfid directory) {
    if (directory.equals(root.gfid())) {
      return Whereabouts.INSIDE;
    }
    try {
      int descriptor = open(directory);
      if (descriptor < 0) {
        return Whereabouts.GONE;
      }
      try {
        return find(descriptor);
      } finally {
        libc.close(descriptor);
      }
    } catch (PosixException e) {
      return Whereabouts.UNKNOWN;
    }
  }

  /**
   * Returns how many names a file has: {@link #GONE} if there is no such file any more, {@link
   * #MANY} if the kernel failed to tell.
   */
  long links(Gfid file) {
    try {
      int descriptor = open(file);
      if (descriptor < 0) {
        return GONE;
      }
      try {
        return libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH).nlink();
      } finally {
        libc.close(descriptor);
      }
    } catch (PosixException e) {
      return MANY;
    }
  }

  private int open(Gfid gfid) throws PosixException {
    FileHandle handle = FileHandle.of(gfid).orElseThrow();
    for (int tries = 1; ; tries++) {
      try {
        return libc.openByHandleAt(root.descriptor(), handle, Linux.O_PATH);
      } catch (PosixException e) {
        if (e.is(Errno.ESTALE, Errno.ENOENT)) {
          return -1;
        }
        // ext4 says so too while the inode number is being given to a new file.
        if (!e.is(Errno.ENOMEM) || tries == TRIES) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private Whereabouts find(int descriptor) throws PosixException {
    byte[] top;
    byte[] path;
    try {
      byte[] before;
      int tries = 0;
      do {
        if (++tries > TRIES) {
          return walkUp(descriptor);
        }
        before = root.path();
        path = libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(descriptor));
        top = root.path();
      } while (!Arrays.equals(before, top)); // renamed between: the two do not belong together
    } catch (PosixException e) {
      if (e.is(Errno.ENAMETOOLONG)) {
        return walkUp(descriptor);
      }
      throw e;
    }
    byte[] relative = below(top, path);
    if (relative == null) {
      return Whereabouts.OUTSIDE;
    }
    if (relative.length == 0) {
      // Not the root itself, that was recognised; the kernel says "/" of what lies beyond a mount.
      return walkUp(descriptor);
    }
    if (beginsReserved(relative)) {
      return isBelowTakenOut(relative) ? Whereabouts.OUTSIDE : Whereabouts.RESERVED;
    }
    return Whereabouts.INSIDE;
  }

  /**
   * What a secondary that is itself a primary takes out of its tree for a while may come back, as
   * what moved to another place of the file system may.
   */
  private static boolean isBelowTakenOut(byte[] path) {
    for (byte[] out : TAKEN_OUT) {
      if (path.length > out.length && Arrays.equals(path, 0, out.length, out, 0, out.length)) {
        return true;
      }
    }
    return false;
  }

  /** Bytes, for a name may be longer than names are: the kernel says " (deleted)" behind it. */
  private static boolean beginsReserved(byte[] path) {
    int end = 0;
    while (end < path.length && path[end] != '/') {
      end++;
    }
    byte[] first = Arrays.copyOf(path, end);
    return Arrays.equals(first, VolumeRoot.GEOREP.toBytes())
        || Arrays.equals(first, VolumeRoot.LOST_AND_FOUND.toBytes());
  }

  private static byte @Nullable [] below(byte[] top, byte[] path) {
    int length = top.length == 1 ? 0 : top.length;
    if (path.length < length || !Arrays.equals(top, 0, length, path, 0, length)) {
      return null;
    }
    if (path.length == length || path.length == 1) {
      return EMPTY;
    }
    return path[length] == '/' ? Arrays.copyOfRange(path, length + 1, path.length) : null;
  }

  /** Parent by parent up to the root, to the file system's root, or out of the mount (ENOENT). */
  private Whereabouts walkUp(int from) throws PosixException {
    int at = libc.openat(from, new byte[] {'.'}, Linux.O_PATH | Linux.O_DIRECTORY, 0);
    try {
      Stat here = stat(at);
      Stat child = null;
      Stat below = null;
      boolean deeper = false;
      while (!same(here, root.stat())) {
        int parent;
        try {
          parent = libc.openat(at, PARENT, Linux.O_PATH | Linux.O_DIRECTORY, 0);
        } catch (PosixException e) {
          if (e.is(Errno.ENOENT)) {
            return Whereabouts.OUTSIDE;
          }
          throw e;
        }
        libc.close(at);
        at = parent;
        deeper |= below != null;
        below = child;
        child = here;
        here = stat(at);
        if (same(here, child)) {
          return Whereabouts.OUTSIDE;
        }
      }
      if (child == null || !isReserved(child)) {
        return Whereabouts.INSIDE;
      }
      return deeper && below != null && isTakenOut(below)
          ? Whereabouts.OUTSIDE
          : Whereabouts.RESERVED;
    } finally {
      libc.close(at);
    }
  }

  private boolean isReserved(Stat child) throws PosixException {
    return is(child, VolumeRoot.GEOREP.toBytes()) || is(child, VolumeRoot.LOST_AND_FOUND.toBytes());
  }

  private boolean isTakenOut(Stat directory) throws PosixException {
    for (byte[] out : TAKEN_OUT) {
      if (is(directory, Arrays.copyOf(out, out.length - 1))) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether it is what has this path below the root. */
  private boolean is(Stat stat, byte[] path) throws PosixException {
    try {
      return same(stat, libc.statx(root.descriptor(), path, Linux.AT_SYMLINK_NOFOLLOW));
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
      return false;
    }
  }

  private Stat stat(int descriptor) throws PosixException {
    return libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH);
  }

  private static boolean same(Stat one, Stat other) {
    return one.inode() == other.inode() && one.device() == other.device();
  }
}
