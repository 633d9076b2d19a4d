package org.georep.changelog.capture.fanotify;

import java.io.IOException;
import java.util.Optional;
import org.georep.changelog.capture.Recent;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.changelog.capture.fanotify.FanotifyEvent.Side;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Linux;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an event makes dirty.
 *
 * <p>Guarantee: whatever an event of the volume can have changed is dirty in a record appended
 * after the change, and before the next mark; in whatever order the kernel merged events. More than
 * that may be dirty, never less.
 *
 * <p>A file outside may have another name inside. If it has more than one link, its data and
 * attributes are told of by identity. If it has only one, that may be the name inside, the one it
 * was written through having been removed since: the removal changes the link count, which makes an
 * event of its own, so a file that has both events is told of, in whichever order they come.
 */
final class RecordWriter {
  private static final long ENTRY = Linux.FAN_CREATE | Linux.FAN_DELETE;
  private static final long CONTENT = Linux.FAN_MODIFY | Linux.FAN_CLOSE_WRITE;
  private static final long INODE = CONTENT | Linux.FAN_ATTRIB;
  private static final int PAIRS = 100_000;

  private final DirectoryFinder finder;
  private final DirectoryCache directories;
  private final Gfid root;
  private final long ownPid;
  private final Recent<Gfid> writtenOutside = new Recent<>(PAIRS);
  private final Recent<Gfid> relinked = new Recent<>(PAIRS);

  /**
   * Makes a writer.
   *
   * @param ownPid the process whose changes outside the volume are not told of: the journal's
   */
  RecordWriter(DirectoryFinder finder, DirectoryCache directories, Gfid root, long ownPid) {
    this.finder = finder;
    this.directories = directories;
    this.root = root;
    this.ownPid = ownPid;
  }

  /** Appends the records of one event. */
  void accept(FanotifyEvent event, RecordSink sink) throws IOException {
    if (event.has(Linux.FAN_Q_OVERFLOW)) {
      directories.clear();
      sink.append(new ChangeRecord.Gap("the kernel's queue of fanotify events overflowed"));
    } else if (event.has(Linux.FAN_RENAME) && event.at() != null && event.from() != null) {
      renamed(event, event.from(), event.at(), sink);
    } else if (event.at() != null) {
      happened(event, event.at(), sink);
    } else if (event.fid() != null) {
      linkCountChanged(event, event.fid(), sink);
    } else {
      directories.clear();
      sink.append(new ChangeRecord.Gap("an event came without a file handle"));
    }
  }

  /** To be called when the queue was found empty, and before a mark. */
  void beforeMark(RecordSink sink) throws IOException {
    if (directories.takeForgotten()) {
      sink.append(
          new ChangeRecord.Gap(
              "a directory moved into the volume, after changes in more directories beside it than"
                  + " are remembered"));
    }
    for (Gfid directory : directories.silencedAndNowInside()) {
      sink.append(new ChangeRecord.Outside(directory));
    }
  }

  /** The queue was found empty. */
  void emptied() {
    directories.emptied();
    writtenOutside.emptied();
    relinked.emptied();
  }

  private void happened(FanotifyEvent event, Side at, RecordSink sink) throws IOException {
    switch (where(at)) {
      case INSIDE, UNKNOWN -> inside(event, at, sink);
      case OUTSIDE -> {
        if (event.pid() != ownPid) {
          announce(at.directory(), sink);
          outside(event, sink);
        }
      }
      case GONE -> {
        // The name died with its directory, but the file may have been moved or linked elsewhere.
        // Nothing the journal's process writes to is there: its directory stands.
        Gfid file = event.fid();
        if (isFileEvent(event) && file != null && finder.links(file) > 0) {
          inode(event, file, Optional.empty(), sink);
        }
      }
      case RESERVED -> {}
    }
  }

  private void inside(FanotifyEvent event, Side at, RecordSink sink) throws IOException {
    FileName name = at.name();
    if (name == null) {
      // Setting the modification time alone is a MODIFY.
      if (event.has(INODE)) {
        sink.append(new ChangeRecord.Metadata(at.directory(), Optional.empty()));
      }
      return;
    }
    Place place = new Place(at.directory(), name);
    Gfid file = event.fid();
    // Without an identity the name is all there is to look at.
    if (event.has(ENTRY) || file == null) {
      sink.append(new ChangeRecord.Entry(place, Optional.ofNullable(file)));
    }
    if (file != null) {
      inode(event, file, Optional.of(place), sink);
    }
  }

  private static void inode(FanotifyEvent event, Gfid file, Optional<Place> place, RecordSink sink)
      throws IOException {
    if (event.has(CONTENT) && !event.onDirectory()) {
      sink.append(new ChangeRecord.Data(file, place));
    }
    if (event.has(event.onDirectory() ? INODE : Linux.FAN_ATTRIB)) {
      sink.append(new ChangeRecord.Metadata(file, place));
    }
  }

  private void outside(FanotifyEvent event, RecordSink sink) throws IOException {
    Gfid file = event.fid();
    if (!isFileEvent(event) || file == null) {
      return;
    }
    long links = finder.links(file);
    if (links == DirectoryFinder.GONE) {
      return;
    }
    if (links > 1) {
      inode(event, file, Optional.empty(), sink);
    } else if (event.has(CONTENT)) {
      if (relinked.contains(file)) {
        sink.append(new ChangeRecord.Data(file, Optional.empty()));
      } else {
        writtenOutside.add(file);
      }
    }
  }

  private void linkCountChanged(FanotifyEvent event, Gfid file, RecordSink sink)
      throws IOException {
    if (event.pid() == ownPid || finder.links(file) <= 0) {
      return;
    }
    sink.append(new ChangeRecord.Metadata(file, Optional.empty()));
    if (!event.onDirectory()) {
      relinked.add(file);
      if (writtenOutside.contains(file)) {
        writtenOutside.remove(file);
        sink.append(new ChangeRecord.Data(file, Optional.empty()));
      }
    }
  }

  private void renamed(FanotifyEvent event, Side from, Side to, RecordSink sink)
      throws IOException {
    boolean directoryMoved =
        event.onDirectory()
            && (!from.directory().equals(to.directory()) || isReserved(from) != isReserved(to));
    Whereabouts old = directoryMoved ? whereNow(from) : where(from);
    // An answer remembered may be the one of before another move that is still to be read.
    Whereabouts now = directoryMoved ? whereNow(to) : where(to);
    boolean movedIn = directoryMoved && now.mayBeInside() && old != Whereabouts.INSIDE;
    boolean movedOut =
        directoryMoved
            && now != Whereabouts.INSIDE
            && (old.mayBeInside() || old == Whereabouts.GONE);
    if (directoryMoved) {
      old = where(from);
      now = where(to);
    }
    Optional<Gfid> file = Optional.ofNullable(event.fid());
    Place source = place(from, old);
    Place target = place(to, now);
    if (source != null && target != null) {
      sink.append(new ChangeRecord.Rename(source, target, file));
    } else if (source != null) {
      sink.append(new ChangeRecord.Entry(source, file));
    } else if (target != null) {
      sink.append(new ChangeRecord.Entry(target, file));
      if (file.isPresent() && !event.onDirectory()) {
        // Whatever was done to it while it was away was silenced.
        sink.append(new ChangeRecord.Data(file.get(), Optional.of(target)));
        sink.append(new ChangeRecord.Metadata(file.get(), Optional.of(target)));
      }
    }
    if (event.pid() != ownPid) {
      announceIf(old, from, sink);
      announceIf(now, to, sink);
    }
    if (movedIn) {
      directories.directoryMovedIn();
    }
    if (movedOut) {
      directories.directoryMovedOut();
    }
  }

  private static @Nullable Place place(Side side, Whereabouts where) {
    FileName name = side.name();
    return where.mayBeInside() && name != null ? new Place(side.directory(), name) : null;
  }

  private void announceIf(Whereabouts where, Side side, RecordSink sink) throws IOException {
    if (where == Whereabouts.OUTSIDE) {
      announce(side.directory(), sink);
    }
  }

  private void announce(Gfid directory, RecordSink sink) throws IOException {
    if (directories.announce(directory)) {
      sink.append(new ChangeRecord.Outside(directory));
    }
  }

  private Whereabouts where(Side side) {
    return isReserved(side) ? Whereabouts.RESERVED : directories.where(side.directory());
  }

  private Whereabouts whereNow(Side side) {
    return isReserved(side) ? Whereabouts.RESERVED : directories.whereNow(side.directory());
  }

  private boolean isReserved(Side side) {
    FileName name = side.name();
    return name != null && side.directory().equals(root) && VolumeRoot.reserved(name);
  }

  private static boolean isFileEvent(FanotifyEvent event) {
    return event.has(INODE) && !event.onDirectory();
  }
}
