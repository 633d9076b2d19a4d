package org.georep.posix;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import org.georep.name.Gfid;

/**
 * Makes the {@link Gfid} of a file of one file system.
 *
 * <p>Where the file system gives file handles they are it: {@link FileHandle}, which holds the
 * inode's number and generation and can be opened again. Elsewhere (overlayfs, FUSE, some NFS) it
 * is {@value #INODE_KIND}, the inode number (8 bytes) and the birth time (seconds 8 bytes,
 * nanoseconds 4 bytes), big-endian: {@value #INODE_LENGTH} bytes. That one cannot be opened again;
 * and where there is no birth time either, a new file that got a deleted one's inode number is
 * taken for it until it is looked at by name.
 *
 * <p>FUSE gives handles on some kernels, but what they hold lasts only as long as the kernel
 * remembers the file, so they are not used.
 *
 * <p>Safe for any number of threads.
 */
public final class Identity {
  /** The first byte of a gfid made of inode number and birth time. */
  public static final byte INODE_KIND = 2;

  /** How long a gfid made of inode number and birth time is, in bytes. */
  public static final int INODE_LENGTH = 1 + 8 + 8 + 4;

  private static final byte[] ITSELF = {};

  /** What identities are made of. */
  public enum Source {
    /** The kernel's file handle. */
    HANDLE,
    /** Inode number and birth time. */
    INODE
  }

  private final Libc libc;
  private final Source source;

  private Identity(Libc libc, Source source) {
    this.libc = libc;
    this.source = source;
  }

  /**
   * Finds out what the file system of an open descriptor (O_PATH will do) can give.
   *
   * @throws PosixException if it cannot be asked
   */
  public static Identity on(Libc libc, int descriptor) throws PosixException {
    Objects.requireNonNull(libc, "libc is null");
    if (libc.fstatfs(descriptor).type() == Linux.FUSE_MAGIC) {
      return new Identity(libc, Source.INODE);
    }
    try {
      libc.nameToHandleAt(descriptor, ITSELF, Linux.AT_EMPTY_PATH);
      return new Identity(libc, Source.HANDLE);
    } catch (PosixException e) {
      if (hasNone(e)) {
        return new Identity(libc, Source.INODE);
      }
      throw e;
    }
  }

  /**
   * Returns what identities are made of here. Even where it is {@link Source#HANDLE}, a file whose
   * own handle is too long for a gfid (NFS) gets the other kind; {@link Gfid}s tell by their first
   * byte.
   */
  public Source source() {
    return source;
  }

  /**
   * Returns the identity of an open file, which may be O_PATH.
   *
   * @throws PosixException if the kernel does not tell
   */
  public Gfid of(int descriptor) throws PosixException {
    return of(descriptor, ITSELF, Linux.AT_EMPTY_PATH);
  }

  /**
   * Returns the identity of what a name stands for just now; of a symbolic link, its own.
   *
   * @throws PosixException if there is none, or the kernel does not tell
   */
  public Gfid of(int directory, byte[] path) throws PosixException {
    return of(directory, path, 0);
  }

  private Gfid of(int directory, byte[] path, int atFlags) throws PosixException {
    if (source == Source.HANDLE) {
      try {
        return libc.nameToHandleAt(directory, path, atFlags).toGfid();
      } catch (PosixException e) {
        if (!hasNone(e)) {
          throw e;
        }
      }
    }
    return ofInode(libc.statx(directory, path, atFlags | Linux.AT_SYMLINK_NOFOLLOW));
  }

  /** Returns the identity made of inode number and birth time. */
  static Gfid ofInode(Stat stat) {
    Instant born = stat.btime();
    ByteBuffer all = ByteBuffer.allocate(INODE_LENGTH).put(INODE_KIND).putLong(stat.inode());
    all.putLong(born.getEpochSecond()).putInt(born.getNano());
    return Gfid.of(all.array());
  }

  /** EOVERFLOW: there is a handle, but too long. ENOSYS: kept from us by a container. */
  private static boolean hasNone(PosixException e) {
    return e.is(Errno.EOPNOTSUPP, Errno.EOVERFLOW, Errno.ENOSYS);
  }
}
