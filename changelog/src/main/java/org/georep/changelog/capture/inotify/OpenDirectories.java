package org.georep.changelog.capture.inotify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * Opens watched directories, and keeps the last few open: an open directory stays the right one
 * when it is renamed. A path that leads to another directory by now is not taken for it.
 */
final class OpenDirectories implements AutoCloseable {
  private static final int KEPT = 64;
  private static final int NONE = -1;

  private final VolumeRoot root;
  private final WatchTree tree;
  private final Map<Directory, Integer> open = new LinkedHashMap<>(KEPT, 0.75f, true);

  OpenDirectories(VolumeRoot root, WatchTree tree) {
    this.root = root;
    this.tree = tree;
  }

  /** Returns an O_PATH descriptor that stays this object's, or -1 if it is not where it was. */
  int get(Directory directory) throws PosixException {
    Integer kept = open.get(directory);
    if (kept != null) {
      return kept;
    }
    int descriptor = fresh(directory, Linux.O_PATH);
    if (descriptor != NONE) {
      if (open.size() >= KEPT) {
        forget(open.keySet().iterator().next());
      }
      open.put(directory, descriptor);
    }
    return descriptor;
  }

  /**
   * Opens a directory for the caller to close; -1 if it is not where it was.
   *
   * @throws PosixException if it cannot be opened, or read
   */
  int fresh(Directory directory, int flags) throws PosixException {
    Optional<EntryPath> path = tree.path(directory);
    if (path.isEmpty()) {
      return NONE;
    }
    int descriptor;
    try {
      descriptor = root.openDirectory(path.get(), flags);
    } catch (PosixException e) {
      if (vanished(e)) {
        return NONE;
      }
      throw e;
    }
    boolean right = false;
    try {
      right = root.gfid(descriptor).equals(directory.gfid());
    } finally {
      if (!right) {
        root.release(descriptor);
      }
    }
    return right ? descriptor : NONE;
  }

  /** Whether a directory is at its name. */
  enum Standing {
    /** It is. */
    THERE,
    /** It is not; its own events say, or will say, where it went. */
    AWAY,
    /** The directory that holds the name is not where it was: its events are still to be read. */
    UNKNOWN
  }

  /**
   * Returns whether a directory, not the root, is at its name now. What cannot be told counts as
   * there: where it went its events say.
   */
  Standing standing(Directory directory) {
    try {
      return standingNow(directory);
    } catch (PosixException e) {
      return Standing.THERE;
    }
  }

  private Standing standingNow(Directory directory) throws PosixException {
    Directory parent = directory.parent();
    FileName name = directory.name();
    int descriptor = parent == null || name == null ? NONE : get(parent);
    if (descriptor == NONE || name == null) {
      return Standing.UNKNOWN;
    }
    int found;
    try {
      found = root.openBeneath(descriptor, name.toBytes(), Linux.O_PATH);
    } catch (PosixException e) {
      if (vanished(e)) {
        return Standing.AWAY;
      }
      throw e;
    }
    try {
      return root.gfid(found).equals(directory.gfid()) ? Standing.THERE : Standing.AWAY;
    } finally {
      root.release(found);
    }
  }

  /** Returns whether an open failed because the directory is not there. */
  static boolean vanished(PosixException e) {
    return e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV, Errno.ESTALE);
  }

  /** Closes a directory: open, it would not be freed when removed. */
  void forget(Directory directory) {
    Integer descriptor = open.remove(directory);
    if (descriptor != null) {
      root.release(descriptor);
    }
  }

  @Override
  public void close() {
    List<Directory> all = new ArrayList<>(open.keySet());
    for (Directory directory : all) {
      forget(directory);
    }
  }
}
