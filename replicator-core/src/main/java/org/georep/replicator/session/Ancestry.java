package org.georep.replicator.session;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;

/**
 * A directory held open, or the nearest one above it that exists, and the directories it lies in,
 * up to the root. For one thread.
 */
final class Ancestry implements AutoCloseable {
  private static final byte[] ITSELF = {};
  private static final byte[] UP = {'.', '.'};
  private static final int FLAGS = Linux.O_PATH | Linux.O_DIRECTORY;

  private final Libc libc;
  private final int descriptor;
  private final byte[] missing;
  private final List<Stat> upwards;

  private Ancestry(Libc libc, int descriptor, byte[] missing) throws PosixException {
    this.libc = libc;
    this.descriptor = descriptor;
    this.missing = missing;
    this.upwards = walkUp(libc, descriptor);
  }

  /**
   * Opens a directory that must be there.
   *
   * @throws PosixException if it is not
   */
  static Ancestry of(Libc libc, byte[] path) throws PosixException {
    return hold(libc, libc.openat(Linux.AT_FDCWD, path, FLAGS, 0), ITSELF);
  }

  /**
   * Opens a directory, or the nearest one above it.
   *
   * @param path absolute
   * @throws PosixException if something on the way is no directory or may not be entered
   */
  static Ancestry nearest(Libc libc, byte[] path) throws PosixException {
    int end = path.length;
    while (true) {
      try {
        byte[] there = Arrays.copyOf(path, Math.max(1, end));
        int descriptor = libc.openat(Linux.AT_FDCWD, there, FLAGS, 0);
        return hold(libc, descriptor, Arrays.copyOfRange(path, end, path.length));
      } catch (PosixException e) {
        if (!e.is(Errno.ENOENT) || end <= 1) {
          throw e;
        }
        do {
          end--;
        } while (end > 0 && path[end] != '/');
      }
    }
  }

  private static Ancestry hold(Libc libc, int descriptor, byte[] missing) throws PosixException {
    try {
      return new Ancestry(libc, descriptor, missing);
    } catch (PosixException e) {
      libc.close(descriptor);
      throw e;
    }
  }

  private static List<Stat> walkUp(Libc libc, int start) throws PosixException {
    List<Stat> all = new ArrayList<>();
    all.add(libc.statx(start, ITSELF, Linux.AT_EMPTY_PATH));
    int at = start;
    try {
      while (true) {
        int above = libc.openat(at, UP, FLAGS, 0);
        if (at != start) {
          libc.close(at);
        }
        at = above;
        Stat stat = libc.statx(above, ITSELF, Linux.AT_EMPTY_PATH);
        if (same(stat, all.get(all.size() - 1))) {
          return all;
        }
        all.add(stat);
      }
    } finally {
      if (at != start) {
        libc.close(at);
      }
    }
  }

  private static boolean same(Stat a, Stat b) {
    return a.device() == b.device() && a.inode() == b.inode();
  }

  /** Returns whether the directory itself is there. */
  boolean exists() {
    return missing.length == 0;
  }

  /** Returns whether both are the same directory. */
  boolean same(Ancestry other) {
    return exists() && other.exists() && same(upwards.get(0), other.upwards.get(0));
  }

  /** Returns whether this is {@code top}, which exists, or lies anywhere below it. */
  boolean liesBelow(Ancestry top) {
    return upwards.stream().anyMatch(stat -> same(stat, top.upwards.get(0)));
  }

  /** Returns whether this is {@code top} or lies below it with no mount point in between. */
  boolean liesInVolumeOf(Ancestry top) {
    for (Stat stat : upwards) {
      if (same(stat, top.upwards.get(0))) {
        return true;
      }
      if (stat.mountRoot()) {
        return false;
      }
    }
    return false;
  }

  /** Returns the real path: of what is there, followed by what is missing, without empty parts. */
  byte[] realPath() throws PosixException {
    byte[] there = libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(descriptor));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(there.length == 1 && missing.length > 0 ? ITSELF : there);
    for (byte b : missing) {
      if (b != '/' || out.size() == 0 || out.toByteArray()[out.size() - 1] != '/') {
        out.write(b);
      }
    }
    return out.toByteArray();
  }

  @Override
  public void close() throws PosixException {
    libc.close(descriptor);
  }
}
