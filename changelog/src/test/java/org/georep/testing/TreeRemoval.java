package org.georep.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * Removes a tree however it looks: any names, any modes, any depth (what is deep is first moved
 * up), links not followed. Stops at a mount point, with EBUSY.
 */
final class TreeRemoval {
  private static final int DEEP = 64;
  private static final int OPEN = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  private final Libc libc;
  private final int top;
  private final Deque<FileName> moved = new ArrayDeque<>();
  private int number;

  private TreeRemoval(Libc libc, int top) {
    this.libc = libc;
    this.top = top;
  }

  static void remove(Libc libc, byte[] path) throws PosixException {
    libc.fchmodat(Linux.AT_FDCWD, path, 0700);
    int top = libc.openat(Linux.AT_FDCWD, path, OPEN, 0);
    try {
      TreeRemoval removal = new TreeRemoval(libc, top);
      removal.empty(top, 0);
      while (!removal.moved.isEmpty()) {
        removal.directory(top, removal.moved.remove(), 1);
      }
    } finally {
      libc.close(top);
    }
    libc.unlinkat(Linux.AT_FDCWD, path, Linux.AT_REMOVEDIR);
  }

  private void empty(int directory, int depth) throws PosixException {
    for (Dirent entry : libc.list(directory)) {
      byte[] name = entry.name().toBytes();
      if (libc.statx(directory, name, Linux.AT_SYMLINK_NOFOLLOW).isDirectory()) {
        directory(directory, entry.name(), depth + 1);
      } else {
        libc.unlinkat(directory, name, 0);
      }
    }
  }

  private void directory(int parent, FileName name, int depth) throws PosixException {
    byte[] bytes = name.toBytes();
    libc.fchmodat(parent, bytes, 0700);
    if (depth > DEEP) {
      FileName free = FileName.of(("moved-" + number++).getBytes(StandardCharsets.US_ASCII));
      libc.renameat2(parent, bytes, top, free.toBytes(), Linux.RENAME_NOREPLACE);
      moved.add(free);
      return;
    }
    int directory = libc.openat(parent, bytes, OPEN, 0);
    try {
      empty(directory, depth);
    } finally {
      libc.close(directory);
    }
    libc.unlinkat(parent, bytes, Linux.AT_REMOVEDIR);
  }
}
