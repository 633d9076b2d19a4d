package org.georep.secondary.reconcile;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Node;

/**
 * Counts what lies in a directory that is kept after its deletion, which the inventory does not
 * know. What this process may not look into counts for nothing.
 */
final class KeptCount {
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY;

  private final Libc libc;

  KeptCount(Libc libc) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
  }

  private record Open(int descriptor, Iterator<Dirent> names) {}

  /** Returns how many names there are below a directory. */
  long below(Directory parent, FileName name) throws PosixException {
    Deque<Open> way = new ArrayDeque<>();
    long count = 0;
    try {
      enter(parent.descriptor(), name, way);
      while (!way.isEmpty()) {
        Open last = way.element();
        if (last.names().hasNext()) {
          count++;
          enter(last.descriptor(), last.names().next().name(), way);
        } else {
          libc.close(way.pop().descriptor());
        }
      }
    } finally {
      while (!way.isEmpty()) {
        libc.close(way.pop().descriptor());
      }
    }
    return count;
  }

  private void enter(int parent, FileName name, Deque<Open> way) throws PosixException {
    try (Node node = Node.open(libc, parent, name)) {
      if (node != null && node.stat().isDirectory()) {
        int descriptor = libc.openat(node.descriptor(), new byte[] {'.'}, FLAGS, 0);
        boolean listed = false;
        try {
          way.push(new Open(descriptor, libc.list(descriptor).iterator()));
          listed = true;
        } finally {
          if (!listed) {
            libc.close(descriptor);
          }
        }
      }
    } catch (PosixException e) {
      if (!e.is(Errno.EACCES, Errno.EXDEV)) {
        throw e;
      }
    }
  }
}
