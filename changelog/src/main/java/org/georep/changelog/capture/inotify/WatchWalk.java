package org.georep.changelog.capture.inotify;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.jspecify.annotations.Nullable;

/**
 * Watches directories, each before it is listed: what is in the list was there, what is not makes
 * an event. A directory that cannot be watched, because watches ran out or it must not be read, is
 * known but uncovered. One in which the kernel fails at something is unreadable, and uncovered
 * until it was listed again; it never ends capture.
 */
final class WatchWalk {
  private static final int MASK =
      Linux.IN_CREATE
          | Linux.IN_DELETE
          | Linux.IN_MOVED_FROM
          | Linux.IN_MOVED_TO
          | Linux.IN_MODIFY
          | Linux.IN_ATTRIB
          | Linux.IN_CLOSE_WRITE
          | Linux.IN_DELETE_SELF
          | Linux.IN_ONLYDIR;
  private static final int READ = Linux.O_RDONLY | Linux.O_NONBLOCK;

  private final Libc libc;
  private final VolumeRoot root;
  private final int queue;
  private final WatchTree tree;
  private final OpenDirectories open;
  private final Set<Directory> unlisted = new LinkedHashSet<>();

  /** Each with the moment it was found so, in {@link System#nanoTime}. */
  private final Map<Directory, Long> unreadable = new LinkedHashMap<>();

  private volatile int unreadableCount;
  private boolean outOfWatches;

  WatchWalk(Libc libc, VolumeRoot root, int queue, WatchTree tree, OpenDirectories open) {
    this.libc = libc;
    this.root = root;
    this.queue = queue;
    this.tree = tree;
    this.open = open;
  }

  /** Watches the root itself, which a tree begins with. */
  static Directory watchRoot(Libc libc, VolumeRoot root, int queue) throws PosixException {
    return new Directory(
        root.gfid(), libc.inotifyAddWatch(queue, ProcPath.of(root.descriptor()), MASK));
  }

  /** What a walk found. */
  static final class Found {
    private final Set<Directory> met = new HashSet<>();
    private final Set<Directory> fresh = new LinkedHashSet<>();

    private long names;

    /** Returns the directories that were listed. */
    Set<Directory> met() {
      return met;
    }

    /** Returns the directories that were not watched before. */
    Set<Directory> fresh() {
      return fresh;
    }

    /** Returns how many names there were. */
    long names() {
      return names;
    }
  }

  /**
   * Watches the directory at a name and all below it.
   *
   * @param entries where an entry record for each name found goes; nowhere if null
   * @return nothing if there is no directory of the volume at the name
   */
  @Nullable Found enter(Directory parent, FileName name, @Nullable RecordSink entries)
      throws IOException {
    Found found = new Found();
    Directory directory;
    try {
      int descriptor = open.get(parent);
      if (descriptor < 0) {
        // Its own move is still to be read; listed again, it shows what is in it.
        unlisted.add(parent);
        return null;
      }
      directory = adopt(parent, descriptor, name, found);
    } catch (PosixException e) {
      cannotRead(parent);
      return null;
    }
    if (directory == null) {
      return null;
    }
    if (!directory.listed()) {
      walk(directory, false, entries, found);
    }
    return found;
  }

  /** Watches everything again, whatever is known. */
  Found everything() throws IOException {
    Found found = new Found();
    outOfWatches = false;
    walk(tree.root(), true, null, found);
    return found;
  }

  /**
   * Lists what could not be listed before. What still cannot be, or is adrift by now, stays left
   * over: it is found again by a walk of everything, or forgotten.
   */
  Found leftOver() throws IOException {
    Found found = new Found();
    for (Directory directory : Set.copyOf(unlisted)) {
      if (tree.path(directory).isPresent()) {
        unlisted.remove(directory);
        walk(directory, true, null, found);
        if (found.met().contains(directory)) {
          found.fresh().add(directory);
        }
      }
    }
    return found;
  }

  private void cannotRead(Directory directory) {
    unreadable.putIfAbsent(directory, System.nanoTime());
    unreadableCount = unreadable.size();
  }

  private void canRead(Directory directory) {
    unreadable.remove(directory);
    unreadableCount = unreadable.size();
  }

  /** Returns in how many directories something could not be read. May be called by any thread. */
  int unreadableCount() {
    return unreadableCount;
  }

  /**
   * Returns whether some directory has been unreadable for no longer than since a moment, in {@link
   * System#nanoTime}.
   */
  boolean unreadableOnlySince(long moment) {
    return unreadable.values().stream().anyMatch(since -> since - moment > 0);
  }

  /** Lists what could not be read before. */
  Found unreadableAgain() throws IOException {
    Found found = new Found();
    for (Map.Entry<Directory, Long> known : Map.copyOf(unreadable).entrySet()) {
      Directory directory = known.getKey();
      canRead(directory);
      if (tree.path(directory).isPresent()) {
        walk(directory, true, null, found);
        if (unreadable.containsKey(directory)) {
          unreadable.put(directory, known.getValue());
        } else {
          found.fresh().add(directory);
        }
      }
    }
    return found;
  }

  /** Returns whether some directories are to be listed once events are read that are to come. */
  boolean hasLeftOver() {
    return !unlisted.isEmpty();
  }

  /** Returns whether the kernel refused a watch for there are too many. */
  boolean outOfWatches() {
    return outOfWatches;
  }

  /** Returns whether watches had run out and can be had again. */
  boolean watchesFreed() {
    if (!outOfWatches) {
      return false;
    }
    for (Directory directory : tree.unwatched()) {
      int descriptor = readable(directory);
      if (descriptor >= 0) {
        try {
          outOfWatches = false;
          return watch(descriptor) != Directory.UNWATCHED;
        } catch (PosixException e) {
          outOfWatches = true; // for all that is known
          return false;
        } finally {
          root.release(descriptor);
        }
      }
    }
    return true;
  }

  private int readable(Directory directory) {
    try {
      return open.fresh(directory, READ);
    } catch (PosixException e) {
      return -1;
    }
  }

  /** Says that a directory is no more. */
  void forget(Directory directory) {
    unlisted.remove(directory);
    canRead(directory);
  }

  private void walk(Directory top, boolean again, @Nullable RecordSink entries, Found found)
      throws IOException {
    Deque<Directory> todo = new ArrayDeque<>();
    todo.push(top);
    while (!todo.isEmpty()) {
      Directory directory = todo.pop();
      if (found.met.contains(directory)) {
        continue;
      }
      int descriptor;
      try {
        descriptor = open.fresh(directory, READ);
      } catch (PosixException e) {
        found.met.add(directory);
        unlisted.remove(directory);
        if (directory.watched() || !e.is(Errno.EACCES)) {
          cannotRead(directory);
        }
        continue;
      }
      if (descriptor < 0) {
        if (directory.watched()) {
          unlisted.add(directory);
        } else {
          found.met.add(directory);
        }
        continue;
      }
      try {
        found.met.add(directory);
        directory.setListed(true);
        unlisted.remove(directory);
        for (Dirent entry : list(directory, descriptor)) {
          look(directory, descriptor, entry, again, entries, found, todo);
        }
      } finally {
        root.release(descriptor);
      }
    }
  }

  private List<Dirent> list(Directory directory, int descriptor) {
    try {
      return libc.list(descriptor);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) { // else it was removed since it was opened
        cannotRead(directory);
      }
      return List.of();
    }
  }

  private void look(
      Directory directory,
      int descriptor,
      Dirent entry,
      boolean again,
      @Nullable RecordSink entries,
      Found found,
      Deque<Directory> todo)
      throws IOException {
    if (directory == tree.root() && VolumeRoot.reserved(entry.name())) {
      return;
    }
    found.names++;
    if (entries != null) {
      entries.append(
          new ChangeRecord.Entry(new Place(directory.gfid(), entry.name()), Optional.empty()));
    }
    if (entry.mayBeDirectory()) {
      try {
        Directory child = adopt(directory, descriptor, entry.name(), found);
        if (child != null && (again || !child.listed())) {
          todo.push(child);
        }
      } catch (PosixException e) {
        cannotRead(directory);
      }
    }
  }

  /** Watches one directory; null if it is gone, is none, or belongs to another mount. */
  private @Nullable Directory adopt(
      Directory parent, int parentDescriptor, FileName name, Found found) throws PosixException {
    int descriptor;
    boolean readable = true;
    try {
      descriptor = root.openBeneath(parentDescriptor, name.toBytes(), READ);
    } catch (PosixException e) {
      if (OpenDirectories.vanished(e)) {
        return null;
      }
      if (!e.is(Errno.EACCES)) {
        throw e;
      }
      readable = false;
      descriptor = openUnreadable(parentDescriptor, name);
      if (descriptor < 0) {
        return null;
      }
    }
    try {
      Gfid gfid = root.gfid(descriptor);
      int watch = readable ? watch(descriptor) : Directory.UNWATCHED;
      Directory before = parent.child(name);
      Directory directory = tree.byWatch(watch);
      if (directory == null
          && before != null
          && watch < 0 // if that is watched, it stays so
          && before.gfid().equals(gfid)) {
        return before;
      }
      if (directory == null) {
        directory = new Directory(gfid, watch);
        if (before != null && !before.watched()) {
          tree.forget(before);
        }
        tree.register(directory);
        found.fresh.add(directory);
      }
      tree.attach(directory, parent, name);
      return directory;
    } finally {
      root.release(descriptor);
    }
  }

  private int openUnreadable(int parentDescriptor, FileName name) throws PosixException {
    try {
      return root.openBeneath(parentDescriptor, name.toBytes(), Linux.O_PATH);
    } catch (PosixException e) {
      if (OpenDirectories.vanished(e)) {
        return -1;
      }
      throw e; // even its parent may only be listed: nobody knows what is there
    }
  }

  private int watch(int descriptor) throws PosixException {
    try {
      // Even when watches ran out: of a directory that is watched, wherever it was, it gives the
      // watch.
      return libc.inotifyAddWatch(queue, ProcPath.of(descriptor), MASK);
    } catch (PosixException e) {
      if (e.is(Errno.ENOSPC)) {
        outOfWatches = true;
        return Directory.UNWATCHED;
      }
      if (e.is(Errno.EACCES, Errno.ENOENT)) {
        return Directory.UNWATCHED;
      }
      throw e;
    }
  }
}
