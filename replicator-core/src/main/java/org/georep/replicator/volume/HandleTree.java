package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.georep.engine.OpenFile;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.FileHandle;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.EntryState;

/**
 * Looks at the primary by kernel file handle, which needs CAP_DAC_READ_SEARCH. A directory counts
 * as inside when the kernel's path of it lies below the root's. Where a file's names are is not
 * known, so one outside the volume may be opened too: the secondary then has no use for it and says
 * so.
 */
final class HandleTree implements PrimaryTree {
  private static final byte[] EMPTY = new byte[0];
  private static final byte[] HERE = {'.'};
  private static final int TRIES = 50;
  private static final long PAUSE_NANOS = 100_000;

  private final Root root;
  private final Libc libc;
  private final byte[] rootPath;
  private final Mappings mappings;

  HandleTree(Root root) throws IOException {
    this.root = root;
    this.libc = root.libc();
    this.mappings = new Mappings(root);
    this.rootPath = kernelPath(root.descriptor());
  }

  @Override
  public Gfid rootGfid() {
    return root.gfid();
  }

  @Override
  public byte[] root() {
    return root.path();
  }

  @Override
  public Found directory(Gfid gfid) throws IOException {
    if (gfid.equals(root.gfid())) {
      return new Found.Inside(root.top());
    }
    int open = openByHandle(gfid, Linux.O_PATH);
    if (open < 0) {
      return new Found.Gone();
    }
    try {
      Stat stat = libc.statx(open, EMPTY, Linux.AT_EMPTY_PATH);
      if (stat.nlink() == 0 || !stat.isDirectory()) {
        return new Found.Gone();
      }
      if (!isInside(open)) {
        return new Found.Outside();
      }
      return new Found.Inside(
          root.directory(libc.openat(open, HERE, Linux.O_RDONLY | Linux.O_DIRECTORY, 0)));
    } catch (PosixException e) {
      if (e.is(Errno.ESTALE, Errno.ENOENT)) {
        return new Found.Gone();
      }
      throw e;
    } finally {
      libc.close(open);
    }
  }

  /** Returns whether the kernel's path of an open directory lies below the root's. */
  private boolean isInside(int open) throws IOException {
    try {
      byte[] path = kernelPath(open);
      return isBelow(path);
    } catch (PosixException e) {
      if (!e.is(Errno.ENAMETOOLONG)) {
        throw e;
      }
      return climbsToRoot(open);
    }
  }

  private boolean isBelow(byte[] path) {
    if (rootPath.length == 1) {
      return true;
    }
    return path.length > rootPath.length
        && path[rootPath.length] == '/'
        && Arrays.equals(path, 0, rootPath.length, rootPath, 0, rootPath.length);
  }

  /**
   * For paths the kernel cannot spell in one page: goes up until the root, or the file system's own
   * root, is met.
   */
  private boolean climbsToRoot(int from) throws IOException {
    int at = from;
    try {
      long inode = -1;
      while (true) {
        Stat stat = libc.statx(at, EMPTY, Linux.AT_EMPTY_PATH);
        if (stat.device() != root.device() || stat.inode() == inode) {
          return false;
        }
        if (root.look().gfid(at).equals(root.gfid())) {
          return true;
        }
        inode = stat.inode();
        int up = libc.openat(at, new byte[] {'.', '.'}, Linux.O_PATH | Linux.O_DIRECTORY, 0);
        if (at != from) {
          libc.close(at);
        }
        at = up;
      }
    } finally {
      if (at != from) {
        libc.close(at);
      }
    }
  }

  @Override
  public Optional<EntryState> look(Gfid gfid, Optional<Place> hint) throws IOException {
    int open = openByHandle(gfid, Linux.O_PATH);
    if (open < 0) {
      return Optional.empty();
    }
    try {
      Stat stat = libc.statx(open, EMPTY, Linux.AT_EMPTY_PATH);
      return stat.nlink() == 0 ? Optional.empty() : Optional.of(root.look().state(open));
    } catch (PosixException e) {
      if (e.is(Errno.ESTALE, Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      libc.close(open);
    }
  }

  @Override
  public Optional<OpenFile> open(Gfid gfid) throws IOException {
    int open = openByHandle(gfid, Linux.O_RDONLY | Linux.O_NOATIME | Linux.O_NONBLOCK);
    return open < 0 ? Optional.empty() : Optional.of(root.file(open, gfid));
  }

  /** Returns a descriptor, or -1 if the file is gone. */
  private int openByHandle(Gfid gfid, int flags) throws IOException {
    if (gfid.equals(root.gfid())) {
      return libc.openat(root.descriptor(), HERE, flags, 0);
    }
    Optional<FileHandle> handle = FileHandle.of(gfid);
    if (handle.isEmpty()) {
      return -1;
    }
    for (int tries = 1; ; tries++) {
      try {
        return libc.openByHandleAt(root.descriptor(), handle.get(), flags);
      } catch (PosixException e) {
        if (e.is(Errno.ESTALE, Errno.ENOENT)) {
          return -1;
        }
        // ext4 says so, too, for a moment while the inode number is being given to a new file.
        if (!e.is(Errno.ENOMEM) || tries == TRIES) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  @Override
  public Optional<EntryPath> path(Gfid gfid) throws IOException {
    int open = openByHandle(gfid, Linux.O_PATH);
    if (open < 0) {
      return Optional.empty();
    }
    try {
      byte[] path = kernelPath(open);
      if (!isBelow(path)) {
        return Optional.empty();
      }
      int from = rootPath.length == 1 ? 1 : rootPath.length + 1;
      Optional<EntryPath> below = parse(Arrays.copyOfRange(path, from, path.length));
      return below.isPresent() && leadsTo(below.get(), gfid) ? below : Optional.empty();
    } catch (PosixException e) {
      if (e.is(
          Errno.ESTALE,
          Errno.ENOENT,
          Errno.ENAMETOOLONG,
          Errno.ENOTDIR,
          Errno.ELOOP,
          Errno.EXDEV)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      libc.close(open);
    }
  }

  /** What was removed is no path: the kernel says " (deleted)" behind it, however long it is. */
  private static Optional<EntryPath> parse(byte[] path) {
    try {
      return Optional.of(EntryPath.parse(path));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean leadsTo(EntryPath below, Gfid gfid) throws IOException {
    int open = root.open(below, Linux.O_PATH | Linux.O_NOFOLLOW);
    try {
      return root.look().gfid(open).equals(gfid);
    } finally {
      libc.close(open);
    }
  }

  @Override
  public Optional<Place> place(Gfid directory) throws IOException {
    if (directory.equals(root.gfid())) {
      return Optional.empty();
    }
    Optional<EntryPath> path = path(directory);
    if (path.isEmpty() || path.get().isRoot()) {
      return Optional.empty();
    }
    var names = path.get().names();
    FileName last = names.get(names.size() - 1);
    int parent =
        root.open(
            EntryPath.of(names.subList(0, names.size() - 1)), Linux.O_PATH | Linux.O_DIRECTORY);
    try {
      Gfid above = root.look().gfid(parent);
      return Optional.of(new Place(above, last));
    } finally {
      libc.close(parent);
    }
  }

  @Override
  public void learn(Gfid directory, Place place) {
    // The kernel knows.
  }

  @Override
  public void learnAbsent(Place place) {
    // The kernel knows.
  }

  @Override
  public void learnFile(Gfid file, Place place) {
    // The kernel knows.
  }

  @Override
  public boolean looksByName() {
    return false;
  }

  @Override
  public List<Place> soughtAt(Gfid gfid) {
    return List.of();
  }

  @Override
  public Set<Gfid> mapped() throws IOException {
    Set<Gfid> found = mappings.writable();
    for (Iterator<Gfid> each = found.iterator(); each.hasNext(); ) {
      if (!mayBeInside(each.next())) {
        each.remove();
      }
    }
    return found;
  }

  /** A file that is in use has a path; one with several names may have another below the root. */
  private boolean mayBeInside(Gfid file) throws IOException {
    int open;
    try {
      open = openByHandle(file, Linux.O_PATH);
    } catch (PosixException e) {
      return true; // who looks at it will see
    }
    if (open < 0) {
      return false;
    }
    try {
      return libc.statx(open, EMPTY, Linux.AT_EMPTY_PATH).nlink() > 1 || isBelow(kernelPath(open));
    } catch (PosixException e) {
      return true; // a path too long to tell, or that cannot be read: who looks at it will see
    } finally {
      libc.close(open);
    }
  }

  @Override
  public void check() throws IOException {
    root.check();
  }

  private byte[] kernelPath(int open) throws IOException {
    return libc.readlinkat(
        Linux.AT_FDCWD, ("/proc/self/fd/" + open).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    root.close();
  }
}
