package org.georep.secondary.tree;

import java.util.Objects;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;
import org.georep.protocol.Kind;
import org.jspecify.annotations.Nullable;

/** An inode held open with O_PATH, whatever its kind, and what it was like when opened. */
public final class Node implements AutoCloseable {
  static final byte[] ITSELF = {};
  static final long BENEATH =
      Linux.RESOLVE_BENEATH
          | Linux.RESOLVE_NO_SYMLINKS
          | Linux.RESOLVE_NO_MAGICLINKS
          | Linux.RESOLVE_NO_XDEV;

  private final Libc libc;
  private final int descriptor;
  private final Stat stat;

  private Node(Libc libc, int descriptor, Stat stat) {
    this.libc = libc;
    this.descriptor = descriptor;
    this.stat = stat;
  }

  /**
   * Opens what is at a name; not a mount point (EXDEV).
   *
   * @return null if there is nothing
   */
  public static @Nullable Node open(Libc libc, int directory, FileName name) throws PosixException {
    return open(libc, directory, name.toBytes());
  }

  /** As above, of a path beneath the directory. */
  static @Nullable Node open(Libc libc, int directory, byte[] path) throws PosixException {
    Objects.requireNonNull(libc, "libc is null");
    int descriptor;
    try {
      descriptor = libc.openat2(directory, path, Linux.O_PATH | Linux.O_NOFOLLOW, 0, BENEATH);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return null;
      }
      throw e;
    }
    try {
      return new Node(libc, descriptor, libc.statx(descriptor, ITSELF, Linux.AT_EMPTY_PATH));
    } catch (PosixException e) {
      libc.close(descriptor);
      throw e;
    }
  }

  /** Opens an open directory once more. */
  static Node again(Libc libc, int directory) throws PosixException {
    Node node = open(libc, directory, new byte[] {'.'});
    if (node == null) {
      throw new PosixException("openat2", ITSELF, Errno.ENOENT);
    }
    return node;
  }

  /** Returns the descriptor. */
  public int descriptor() {
    return descriptor;
  }

  /** Returns what it was like when opened. */
  public Stat stat() {
    return stat;
  }

  /** Returns what it is. */
  public Kind kind() {
    return Kind.ofMode(stat.mode());
  }

  /** Returns a path that means this inode, for calls that follow links. */
  public byte[] path() {
    return ProcPath.of(descriptor);
  }

  @Override
  public void close() throws PosixException {
    libc.close(descriptor);
  }
}
