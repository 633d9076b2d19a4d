package org.georep.changelog.capture.inotify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Place;
import org.jspecify.annotations.Nullable;

/**
 * The directories of the volume and where they lie, as far as events were read. A directory that
 * was put off its name by another is adrift until an event or a walk finds it again. Changed by one
 * thread; the counts may be read by any.
 */
final class WatchTree {
  private final Directory root;
  private final Map<Integer, Directory> byWatch = new HashMap<>();
  private final Set<Directory> unwatched = new LinkedHashSet<>();
  private final Set<Directory> adrift = new LinkedHashSet<>();
  private volatile int watchedCount;
  private volatile int unwatchedCount;

  WatchTree(Directory root) {
    this.root = root;
    register(root);
  }

  Directory root() {
    return root;
  }

  @Nullable Directory byWatch(int watch) {
    return byWatch.get(watch);
  }

  /** Returns the directory at a path, if it is known. */
  @Nullable Directory at(EntryPath path) {
    Directory at = root;
    for (FileName name : path.names()) {
      at = at == null ? null : at.child(name);
    }
    return at;
  }

  /** Makes a directory known, without a place as yet. */
  void register(Directory directory) {
    if (directory.watched()) {
      byWatch.put(directory.watch(), directory);
    } else {
      unwatched.add(directory);
    }
    count();
  }

  /** Puts a directory at a name; whatever was there is adrift. */
  void attach(Directory directory, Directory parent, FileName name) {
    if (parent.child(name) == directory) {
      return;
    }
    Directory occupant = parent.child(name);
    if (occupant != null) {
      detach(occupant);
    }
    for (Directory above = parent; above != null; above = above.parent()) {
      if (above == directory) {
        // Events still to be read will undo this: it cannot lie beneath itself.
        detach(directory);
        return;
      }
    }
    directory.takeOut();
    directory.putUnder(parent, name);
    adrift.remove(directory);
  }

  /** Takes a directory off its name. */
  void detach(Directory directory) {
    directory.takeOut();
    adrift.add(directory);
  }

  /** Forgets a directory; what lies in it is adrift. */
  void forget(Directory directory) {
    for (Directory child : List.copyOf(directory.children())) {
      detach(child);
    }
    directory.takeOut();
    adrift.remove(directory);
    unwatched.remove(directory);
    byWatch.remove(directory.watch(), directory);
    count();
  }

  private void count() {
    watchedCount = byWatch.size();
    unwatchedCount = unwatched.size();
  }

  /** Returns a directory and all below it, each before what lies in it. */
  List<Directory> subtree(Directory top) {
    List<Directory> found = new ArrayList<>();
    Deque<Directory> todo = new ArrayDeque<>(List.of(top));
    while (!todo.isEmpty()) {
      Directory next = todo.pop();
      found.add(next);
      next.children().forEach(todo::push);
    }
    return found;
  }

  /** Returns the directories that have no place. */
  List<Directory> adrift() {
    return List.copyOf(adrift);
  }

  /** Returns the directories that could not be watched. */
  List<Directory> unwatched() {
    return List.copyOf(unwatched);
  }

  /** Returns a directory's path, or nothing if it is adrift. */
  Optional<EntryPath> path(Directory directory) {
    List<FileName> names = new ArrayList<>();
    Directory at = directory;
    while (at != root) {
      FileName name = at.name();
      Directory parent = at.parent();
      if (name == null || parent == null) {
        return Optional.empty();
      }
      names.add(name);
      at = parent;
    }
    Collections.reverse(names);
    return Optional.of(EntryPath.of(names));
  }

  /** Returns a directory's own name as a place; nothing for the root. */
  Optional<Place> place(Directory directory) {
    Directory parent = directory.parent();
    FileName name = directory.name();
    return parent == null || name == null
        ? Optional.empty()
        : Optional.of(new Place(parent.gfid(), name));
  }

  /** Returns how many directories are watched. May be called from any thread. */
  int watchedCount() {
    return watchedCount;
  }

  /** Returns how many known directories are not watched. May be called from any thread. */
  int unwatchedCount() {
    return unwatchedCount;
  }
}
