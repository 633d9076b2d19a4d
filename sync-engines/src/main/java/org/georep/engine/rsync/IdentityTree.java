package org.georep.engine.rsync;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;

/**
 * A directory of our own in which each file has the path it has below the primary's root, but is a
 * symbolic link to {@code /proc/PID/fd/N}: rsync, told to follow links, reads exactly the file this
 * process has open, whatever its names have become, and finds the secondary's copy as its basis by
 * the path. For one thread.
 */
final class IdentityTree implements AutoCloseable {
  /** Leaves room for the basis directory before it and a temporary name at its end. */
  static final int LONGEST_PATH = 3000;

  private final Libc libc;
  private final int directory;
  private final Set<EntryPath> directories = new HashSet<>();
  private final Set<EntryPath> links = new HashSet<>();
  private final Deque<EntryPath> made = new ArrayDeque<>();

  private IdentityTree(Libc libc, int directory) {
    this.libc = libc;
    this.directory = directory;
  }

  /** Opens an empty directory for it. */
  static IdentityTree in(Libc libc, Path directory) throws PosixException {
    Objects.requireNonNull(libc, "libc is null");
    int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
    return new IdentityTree(
        libc, libc.openat(Linux.AT_FDCWD, RawPath.toBytes(directory), flags, 0));
  }

  /**
   * Adds a link to an open file.
   *
   * @return false if it cannot be: the path is too long, or it is there already or runs through
   *     another file's, since the paths were told at different times
   */
  boolean add(EntryPath path, int descriptor) {
    byte[] bytes = path.toBytes();
    if (path.isRoot() || bytes.length > LONGEST_PATH || links.contains(path)) {
      return false;
    }
    try {
      EntryPath parent = EntryPath.ROOT;
      for (int i = 0; i < path.names().size() - 1; i++) {
        parent = parent.resolve(path.names().get(i));
        if (directories.add(parent)) {
          libc.mkdirat(directory, parent.toBytes(), 0700);
          made.push(parent);
        }
      }
      String target = "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor;
      libc.symlinkat(target.getBytes(StandardCharsets.US_ASCII), directory, bytes);
    } catch (PosixException e) {
      return false;
    }
    links.add(path);
    made.push(path);
    return true;
  }

  /** Removes all that was added. */
  @Override
  public void close() throws PosixException {
    try {
      while (!made.isEmpty()) {
        EntryPath path = made.pop();
        libc.unlinkat(directory, path.toBytes(), links.contains(path) ? 0 : Linux.AT_REMOVEDIR);
      }
    } finally {
      libc.close(directory);
    }
  }
}
