package org.georep.changelog.capture;

import java.util.List;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;

/**
 * The root directory of a volume, held open: what capture means by inside. The directory, not its
 * path, is the volume, so it may be renamed while capture runs. Safe for use by several threads.
 */
public final class VolumeRoot implements AutoCloseable {
  /** Where georep keeps its own on either root. */
  public static final FileName GEOREP = FileName.of(".georep");

  /** What fsck(8) keeps in the root of a file system. */
  public static final FileName LOST_AND_FOUND = FileName.of("lost+found");

  private static final byte[] EMPTY = new byte[0];

  /** So many names of 255 bytes stay below PATH_MAX. */
  private static final int NAMES_AT_ONCE = 15;

  private final Libc libc;
  private final int descriptor;
  private final Stat stat;
  private final Identity identity;
  private final Gfid gfid;

  private VolumeRoot(Libc libc, int descriptor) throws PosixException {
    this.libc = libc;
    this.descriptor = descriptor;
    this.stat = libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH);
    this.identity = Identity.on(libc, descriptor);
    this.gfid = identity.of(descriptor);
  }

  /** Opens the directory at a path, following symbolic links. */
  public static VolumeRoot open(Libc libc, byte[] path) throws PosixException {
    // Not O_PATH: open_by_handle_at(2) wants a descriptor that is really open.
    int descriptor = libc.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      return new VolumeRoot(libc, descriptor);
    } catch (PosixException | RuntimeException e) {
      libc.close(descriptor);
      throw e;
    }
  }

  /** Returns whether a name in the root is never data: {@code .georep} and {@code lost+found}. */
  public static boolean reserved(FileName name) {
    return name.equals(GEOREP) || name.equals(LOST_AND_FOUND);
  }

  /** Returns the open directory. */
  public int descriptor() {
    return descriptor;
  }

  /** Returns the root's identity. */
  public Gfid gfid() {
    return gfid;
  }

  /** Returns the root's attributes as they were when it was opened. */
  public Stat stat() {
    return stat;
  }

  /**
   * Returns the root's absolute path as it is now.
   *
   * @throws PosixException with ENAMETOOLONG if it has 4096 bytes or more
   */
  public byte[] path() throws PosixException {
    return libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(descriptor));
  }

  /** Returns the identity of an open file. */
  public Gfid gfid(int open) throws PosixException {
    return identity.of(open);
  }

  /** Returns the identity of what a name in an open directory holds; a symbolic link's own. */
  public Gfid gfid(int directory, FileName name) throws PosixException {
    return identity.of(directory, name.toBytes());
  }

  /**
   * Opens a directory below the root, without crossing a mount point or following a symbolic link,
   * however long its path is.
   *
   * @param flags of open(2); O_DIRECTORY and O_NOFOLLOW are added
   */
  public int openDirectory(EntryPath path, int flags) throws PosixException {
    List<FileName> names = path.names();
    int at = descriptor;
    for (int done = 0; ; ) {
      int upTo = Math.min(names.size(), done + NAMES_AT_ONCE);
      boolean last = upTo == names.size();
      byte[] part =
          names.isEmpty() ? new byte[] {'.'} : EntryPath.of(names.subList(done, upTo)).toBytes();
      int next;
      try {
        next = openBeneath(at, part, last ? flags : Linux.O_PATH);
      } finally {
        if (at != descriptor) {
          libc.close(at);
        }
      }
      if (last) {
        return next;
      }
      at = next;
      done = upTo;
    }
  }

  /** Opens a directory in an open directory as {@link #openDirectory} does. */
  public int openBeneath(int directory, byte[] path, int flags) throws PosixException {
    return libc.openat2(
        directory,
        path,
        flags | Linux.O_DIRECTORY | Linux.O_NOFOLLOW,
        0,
        Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_SYMLINKS | Linux.RESOLVE_NO_XDEV);
  }

  /** Closes what was opened only to look: if that fails, nothing is lost. */
  public void release(int open) {
    try {
      libc.close(open);
    } catch (PosixException e) {
      return; // the descriptor is free all the same
    }
  }

  @Override
  public void close() throws PosixException {
    libc.close(descriptor);
  }
}
