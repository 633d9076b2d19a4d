package org.georep.replicator.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.georep.engine.OpenFile;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.EntryState;
import org.georep.protocol.Want;
import org.jspecify.annotations.Nullable;

/**
 * The primary's root, held open, and opening what is beneath it. A mount of another file system
 * over the root, or another directory in its place, is noticed by {@link #check}; what was opened
 * through the held descriptor stays in the old one.
 */
final class Root implements AutoCloseable {
  static final FileName OWN = FileName.of(".georep");
  static final FileName LOST_AND_FOUND = FileName.of("lost+found");
  private static final byte[] EMPTY = new byte[0];
  private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  /** These tell nothing about what is there. */
  private static final int[] UNREADABLE = {
    Errno.EIO, Errno.EACCES, Errno.ENOMEM, Errno.EMFILE, Errno.ENFILE
  };

  /** Longest relative path handed to one call; longer ones are walked in parts. */
  private static final int MAX_PATH = 3000;

  private final Libc libc;
  private final byte[] path;
  private final int descriptor;
  private final long device;
  private final Gfid gfid;
  private final Look look;

  Root(Libc libc, byte[] path, Look look) throws IOException {
    this.libc = libc;
    this.path = path.clone();
    this.look = look;
    this.descriptor = libc.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    Stat stat = libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH);
    this.device = stat.device();
    this.gfid = look.gfid(descriptor);
  }

  Libc libc() {
    return libc;
  }

  byte[] path() {
    return path.clone();
  }

  int descriptor() {
    return descriptor;
  }

  long device() {
    return device;
  }

  Gfid gfid() {
    return gfid;
  }

  Look look() {
    return look;
  }

  /**
   * Opens a path beneath the root, never through a symbolic link or onto another file system. The
   * caller closes it.
   */
  int open(EntryPath below, int flags) throws IOException {
    long resolve = Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_SYMLINKS | Linux.RESOLVE_NO_XDEV;
    int at = descriptor;
    List<FileName> names = below.names();
    int from = 0;
    try {
      while (true) {
        int to = from;
        int length = 0;
        while (to < names.size() && length + names.get(to).length() < MAX_PATH) {
          length += names.get(to).length() + 1;
          to++;
        }
        boolean last = to == names.size();
        byte[] part =
            from == to ? new byte[] {'.'} : EntryPath.of(names.subList(from, to)).toBytes();
        int next =
            libc.openat2(at, part, last ? flags : Linux.O_PATH | Linux.O_DIRECTORY, 0, resolve);
        closeUnlessRoot(at);
        at = next;
        if (last) {
          return at;
        }
        from = to;
      }
    } catch (PosixException e) {
      closeUnlessRoot(at);
      throw e;
    }
  }

  private void closeUnlessRoot(int candidate) throws IOException {
    if (candidate != descriptor) {
      libc.close(candidate);
    }
  }

  /** Wraps an open directory; the wrapper closes it. */
  PrimaryDirectory directory(int open) throws IOException {
    Stat stat = libc.statx(open, EMPTY, Linux.AT_EMPTY_PATH);
    boolean isRoot = stat.device() == device && look.gfid(open).equals(gfid);
    return new OpenDirectory(open, isRoot);
  }

  /** Opens the root itself anew. */
  PrimaryDirectory top() throws IOException {
    return new OpenDirectory(libc.openat(descriptor, new byte[] {'.'}, DIRECTORY, 0), true);
  }

  /** Wraps an open file; the wrapper closes it. */
  OpenFile file(int open) {
    return new OpenRegular(open, null);
  }

  /** Wraps an open file whose identity is known; the wrapper closes it. */
  OpenFile file(int open, Gfid gfid) {
    return new OpenRegular(open, gfid);
  }

  void check() throws IOException {
    int again;
    try {
      again = libc.openat(Linux.AT_FDCWD, path, Linux.O_PATH | Linux.O_DIRECTORY, 0);
    } catch (PosixException e) {
      if (e.is(UNREADABLE)) {
        throw e; // it may be there: who asks tries again
      }
      throw new VolumeChangedException(
          "the primary cannot be opened any more ("
              + Errno.describe(e.errno())
              + "); nothing was deleted on the secondary. Mount it again, then start again");
    }
    try {
      Stat stat = libc.statx(again, EMPTY, Linux.AT_EMPTY_PATH);
      if (stat.device() != device || !look.gfid(again).equals(gfid)) {
        throw new VolumeChangedException(
            "the primary is not the directory it was when this run began (unmounted, mounted over or replaced); nothing was"
                + " deleted on the secondary. Put the right volume back, then start again");
      }
    } finally {
      libc.close(again);
    }
  }

  @Override
  public void close() throws IOException {
    libc.close(descriptor);
  }

  private final class OpenDirectory implements PrimaryDirectory {
    private final int open;
    private final boolean isRoot;

    OpenDirectory(int open, boolean isRoot) {
      this.open = open;
      this.isRoot = isRoot;
    }

    @Override
    public EntryState attributes() throws IOException {
      return look.state(open);
    }

    @Override
    public List<FileName> names() throws IOException {
      List<Dirent> entries = libc.list(open);
      List<FileName> names = new ArrayList<>(entries.size());
      for (Dirent entry : entries) {
        if (!isRoot || !isOwn(entry.name())) {
          names.add(entry.name());
        }
      }
      Collections.sort(names);
      return names;
    }

    @Override
    public Want look(FileName name) throws IOException {
      return isRoot && isOwn(name) ? new Want.Excluded(name) : look.at(open, device, name);
    }

    @Override
    public Optional<Glance> glance(FileName name) throws IOException {
      return look.glance(open, device, name);
    }

    @Override
    public void close() {
      try {
        libc.close(open);
      } catch (PosixException e) {
        return; // nothing was written through it, and the descriptor is free all the same
      }
    }
  }

  private static boolean isOwn(FileName name) {
    return name.equals(OWN) || name.equals(LOST_AND_FOUND);
  }

  private final class OpenRegular implements OpenFile {
    private final int open;
    private final @Nullable Gfid gfid;

    OpenRegular(int open, @Nullable Gfid gfid) {
      this.open = open;
      this.gfid = gfid;
    }

    @Override
    public int descriptor() {
      return open;
    }

    @Override
    public EntryState look() throws IOException {
      return gfid == null ? look.state(open) : look.state(open, gfid);
    }

    @Override
    public boolean isStill(EntryState before) throws IOException {
      Stat stat = libc.statx(open, EMPTY, Linux.AT_EMPTY_PATH);
      return stat.size() == before.size()
          && stat.mtime().equals(before.mtime())
          && stat.ctime().equals(before.ctime());
    }

    @Override
    public void close() throws IOException {
      libc.close(open);
    }
  }
}
