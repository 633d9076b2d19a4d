package org.georep.secondary.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.Kind;

/**
 * Meets what lies below a directory, in ascending order of path: all but directories that hold
 * something. What lies deeper than {@value #DEEPEST} names is not entered. For one thread.
 */
final class ConflictWalk {
  private static final int DEEPEST = 200;
  private static final int FLAGS =
      Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_NONBLOCK;

  /** Who is told. */
  interface Visitor {
    /** Takes one; false ends the walk. */
    boolean visit(EntryPath path, Kind kind, Stat stat);
  }

  private final Libc libc;

  ConflictWalk(Libc libc) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
  }

  /**
   * Walks.
   *
   * @param after what is at or before this path is passed over; the root for nothing
   */
  void run(int top, EntryPath after, Visitor visitor) throws PosixException {
    walk(top, EntryPath.ROOT, after.names(), visitor);
  }

  private boolean walk(int parent, EntryPath path, List<FileName> after, Visitor visitor)
      throws PosixException {
    for (FileName name : names(parent)) {
      int order = after.isEmpty() ? 1 : name.compareTo(after.get(0));
      if (order < 0 || (order == 0 && after.size() == 1)) {
        continue;
      }
      List<FileName> below = order == 0 ? after.subList(1, after.size()) : List.of();
      if (!meet(parent, path.resolve(name), name, below, visitor)) {
        return false;
      }
    }
    return true;
  }

  private boolean meet(
      int parent, EntryPath path, FileName name, List<FileName> after, Visitor visitor)
      throws PosixException {
    try (Node node = Node.open(libc, parent, name)) {
      if (node == null) {
        return true;
      }
      if (node.kind() == Kind.DIRECTORY && path.names().size() < DEEPEST) {
        int open = libc.openat(parent, name.toBytes(), FLAGS, 0);
        try {
          if (!names(open).isEmpty()) {
            return walk(open, path, after, visitor);
          }
        } finally {
          libc.close(open);
        }
      }
      return visitor.visit(path, node.kind(), node.stat());
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV, Errno.EACCES, Errno.ENOENT, Errno.ENOTDIR)) {
        return true; // not ours to look into
      }
      throw e;
    }
  }

  private List<FileName> names(int directory) throws PosixException {
    List<FileName> names = new ArrayList<>();
    for (Dirent entry : libc.list(directory)) {
      names.add(entry.name());
    }
    Collections.sort(names);
    return names;
  }
}
