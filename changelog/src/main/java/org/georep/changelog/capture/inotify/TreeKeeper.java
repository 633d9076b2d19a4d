package org.georep.changelog.capture.inotify;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.capture.inotify.Departures.Departure;
import org.georep.changelog.capture.inotify.WatchWalk.Found;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tree of watches in step with the volume as directories come, go and move.
 *
 * <p>Guarantee: once {@link #settled} says yes, every directory of the volume that could be watched
 * is watched, and whatever was changed in one before it was watched is in an entry or subtree
 * record. Where events alone do not tell the way (the queue overflowed, a directory lost its name
 * to another), all is walked again, which finds what is new and what has gone. What cannot be read
 * is tried again soon; if that goes on for longer, the rest does not wait for it.
 */
final class TreeKeeper {
  private static final Duration READ_AGAIN = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int SHUT_AT_ONCE = 1_000;

  private final Libc libc;
  private final int queue;
  private final WatchTree tree;
  private final WatchWalk walk;
  private final OpenDirectories open;
  private final Departures departures = new Departures();
  private boolean walkAll;
  private int shutFrom;
  private long readAgain = System.nanoTime();

  TreeKeeper(Libc libc, int queue, WatchTree tree, WatchWalk walk, OpenDirectories open) {
    this.libc = libc;
    this.queue = queue;
    this.tree = tree;
    this.walk = walk;
    this.open = open;
  }

  /** Events were lost: what is watched has to be found out anew. */
  void lost() {
    walkAll = true;
  }

  /** A directory was made. */
  void made(Directory parent, FileName name, RecordSink sink) throws IOException {
    Found found = walk.enter(parent, name, sink);
    arrived(parent, name, found, sink);
    if (found != null && found.names() > 0) {
      sink.append(new ChangeRecord.Subtree(new Place(parent.gfid(), name)));
    }
  }

  /** A directory came from where nothing is watched, or can be seen again. */
  void cameIn(Directory parent, FileName name, RecordSink sink) throws IOException {
    if (arrived(parent, name, walk.enter(parent, name, null), sink)) {
      sink.append(new ChangeRecord.Subtree(new Place(parent.gfid(), name)));
    }
  }

  /** A directory that could not be watched may be readable by now. */
  void attributesChanged(Directory parent, FileName name, RecordSink sink) throws IOException {
    Directory directory = parent.child(name);
    if (directory == null || !directory.watched()) {
      arrived(parent, name, walk.enter(parent, name, null), sink);
    }
  }

  /** A name went away by a rename; its second half may follow. */
  void left(int cookie, Directory parent, FileName name, boolean isDirectory) {
    departures.add(new Departure(cookie, parent, name, isDirectory ? parent.child(name) : null));
  }

  /** Returns the first half of a rename. */
  @Nullable Departure departure(int cookie) {
    return departures.take(cookie);
  }

  /** A directory moved within the volume. */
  void moved(Departure departure, Directory parent, FileName name, RecordSink sink)
      throws IOException {
    Directory moved = departure.moved();
    if (moved != null && !moved.watched()) {
      tree.attach(moved, parent, name);
    }
    // What is there now is believed before what the event says: a walk may have seen it first.
    Found found = walk.enter(parent, name, null);
    if (found == null && moved != null && moved.watched()) {
      tree.attach(moved, parent, name);
    }
    arrived(parent, name, found, sink);
  }

  /** Returns whether there is something. */
  private boolean arrived(Directory parent, FileName name, @Nullable Found found, RecordSink sink)
      throws IOException {
    Directory directory = parent.child(name);
    if (directory != null) {
      departures.arrived(directory);
    }
    if (found != null) {
      tellOf(found, sink);
    }
    return found != null;
  }

  /** A directory was removed. */
  void removed(Directory parent, FileName name, RecordSink sink) throws IOException {
    Directory directory = parent.child(name);
    if (directory != null) {
      // The kernel drops the watch with the directory, once nobody has it open. Not dropped here: a
      // walk may have found another directory of the name already.
      open.forget(directory);
      forgetUnwatched(directory, sink);
    }
  }

  /** Forgets a directory that went without being watched: no event says so. */
  private void forgetUnwatched(Directory directory, RecordSink sink) throws IOException {
    if (!directory.watched() && open.standing(directory) == OpenDirectories.Standing.AWAY) {
      wentOut(directory, sink);
    }
  }

  /** The kernel dropped a watch, with the directory. */
  void dropped(Directory directory) throws IOException {
    walk.forget(directory);
    open.forget(directory);
    tree.forget(directory);
  }

  private void forget(Directory directory) throws PosixException {
    walk.forget(directory);
    open.forget(directory);
    tree.forget(directory);
    if (directory.watched()) {
      try {
        libc.inotifyRemoveWatch(queue, directory.watch());
      } catch (PosixException e) {
        // The kernel dropped it first.
        if (!e.is(Errno.EINVAL)) {
          throw e;
        }
      }
    }
  }

  private void wentOut(Directory top, RecordSink sink) throws IOException {
    List<Directory> all = tree.subtree(top);
    for (int i = all.size() - 1; i >= 0; i--) {
      Directory directory = all.get(i);
      forget(directory);
      if (directory.watched()) {
        sink.append(new ChangeRecord.Outside(directory.gfid()));
      }
    }
  }

  /**
   * The queue was found empty.
   *
   * @return whether everything is in its place; if not, more events are about to come
   */
  boolean settled(RecordSink sink) throws IOException {
    for (Departure departure : departures.overdue()) {
      sink.append(
          new ChangeRecord.Entry(
              new Place(departure.from().gfid(), departure.name()), Optional.empty()));
      Directory moved = departure.moved();
      if (moved != null && departure.from().child(departure.name()) == moved) {
        switch (open.standing(moved)) {
          case THERE -> {}
          case AWAY -> wentOut(moved, sink);
          case UNKNOWN -> walkAll = true;
        }
      }
    }
    if (!departures.isEmpty()) {
      return false;
    }
    if (walkAll || !tree.adrift().isEmpty()) {
      walkAll(sink);
    } else if (walk.hasLeftOver()) {
      tellOf(walk.leftOver(), sink);
      if (walk.hasLeftOver()) {
        walkAll = true;
        return false;
      }
    }
    return !walkAll
        && tree.adrift().isEmpty() // what was listed last may have put others off their names
        && !walk.hasLeftOver()
        && !isWaitingForUnreadable(sink);
  }

  private boolean isWaitingForUnreadable(RecordSink sink) throws IOException {
    long now = System.nanoTime();
    if (walk.unreadableCount() > 0 && now - readAgain > 0) {
      boolean soon = walk.unreadableOnlySince(now - PATIENCE.toNanos());
      readAgain = now + (soon ? READ_AGAIN : PATIENCE).toNanos();
      tellOf(walk.unreadableAgain(), sink);
    }
    return walk.unreadableOnlySince(now - PATIENCE.toNanos());
  }

  /** Walks everything if watches that had run out can be had again. */
  void retryUncovered(RecordSink sink) throws IOException {
    if (walk.watchesFreed()) {
      walkAll(sink);
    }
  }

  /**
   * Watches directories that this user could not read before and may read now, which no event need
   * tell: other groups, another ticket for a network file system. Some thousand at a time.
   */
  void retryShut(RecordSink sink) throws IOException {
    if (walk.outOfWatches()) {
      return;
    }
    List<Directory> shut = tree.unwatched();
    int tries = Math.min(shut.size(), SHUT_AT_ONCE);
    for (int i = 0; i < tries; i++) {
      Directory directory = shut.get((shutFrom + i) % shut.size());
      Directory parent = directory.parent();
      FileName name = directory.name();
      if (parent != null && name != null) {
        Found found = walk.enter(parent, name, null);
        arrived(parent, name, found, sink);
        if (found == null) {
          forgetUnwatched(directory, sink);
        }
      }
    }
    shutFrom = tries == shut.size() ? 0 : (shutFrom + tries) % shut.size();
  }

  private void walkAll(RecordSink sink) throws IOException {
    walkAll = false;
    Found found = walk.everything();
    for (Directory directory : tree.adrift()) {
      wentOut(directory, sink);
    }
    for (Directory directory : tree.subtree(tree.root())) {
      if (!found.met().contains(directory) && tree.path(directory).isPresent()) {
        switch (open.standing(directory)) {
          case THERE -> {}
          case AWAY -> wentOut(directory, sink);
          case UNKNOWN -> walkAll = true;
        }
      }
    }
    tellOf(found, sink);
  }

  /**
   * What happened in a directory before it was watched is unknown. Each is named by identity, for
   * it may have moved on before anyone looks.
   */
  private void tellOf(Found found, RecordSink sink) throws IOException {
    for (Directory fresh : found.fresh()) {
      if (fresh.watched()) {
        sink.append(new ChangeRecord.Outside(fresh.gfid()));
      }
    }
  }
}
