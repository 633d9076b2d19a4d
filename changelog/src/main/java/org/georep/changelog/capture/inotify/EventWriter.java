package org.georep.changelog.capture.inotify;

import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.georep.changelog.capture.Recent;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an event of an entry makes dirty.
 *
 * <p>An event does not say whose content changed, only under which name. Who has the name is looked
 * up, a moment later: it may be another by then, and the one that was written may have another
 * name. That rename is still to be read then, and events come in order; so what was written under a
 * name follows the name through the renames that are read soon after.
 */
final class EventWriter {
  private static final int CONTENT = Linux.IN_MODIFY | Linux.IN_CLOSE_WRITE;
  private static final int FOLLOWED = 100_000;

  /** What of an inode is dirty. */
  private enum Part {
    CONTENT,
    ATTRIBUTES
  }

  private record Told(Place place, Part part) {}

  private final VolumeRoot root;
  private final OpenDirectories open;
  private final Recent<Told> recent = new Recent<>(FOLLOWED);
  private final Set<Told> inThisRead = new HashSet<>();

  EventWriter(VolumeRoot root, OpenDirectories open) {
    this.root = root;
    this.open = open;
  }

  /** What follows comes from another read of the queue. */
  void nextRead() {
    inThisRead.clear();
  }

  /** The queue was found empty. */
  void emptied() {
    recent.emptied();
  }

  /** A name came, went, or holds another. */
  void entry(Directory directory, FileName name, RecordSink sink) throws IOException {
    inThisRead.clear();
    sink.append(new ChangeRecord.Entry(new Place(directory.gfid(), name), Optional.empty()));
  }

  /** Content or attributes changed under a name. */
  void changed(InotifyEvent event, Directory directory, FileName name, RecordSink sink)
      throws IOException {
    // Setting the modification time alone is a MODIFY, of a directory too.
    if (event.has(CONTENT) && !event.onDirectory()) {
      tell(directory, name, Part.CONTENT, sink);
    } else {
      tell(directory, name, Part.ATTRIBUTES, sink);
    }
  }

  /** A file came from where nothing is watched: whatever was done to it there is unknown. */
  void cameIn(Directory directory, FileName name, RecordSink sink) throws IOException {
    entry(directory, name, sink);
    tell(directory, name, Part.CONTENT, sink);
    tell(directory, name, Part.ATTRIBUTES, sink);
  }

  /** A name became another name. */
  void renamed(
      Directory from,
      FileName oldName,
      Directory to,
      FileName newName,
      Optional<Gfid> moved,
      RecordSink sink)
      throws IOException {
    inThisRead.clear();
    Place source = new Place(from.gfid(), oldName);
    Place target = new Place(to.gfid(), newName);
    sink.append(new ChangeRecord.Rename(source, target, moved));
    for (Part part : Part.values()) {
      if (recent.contains(new Told(source, part))) {
        tell(to, newName, part, sink);
      }
    }
  }

  private void tell(Directory directory, FileName name, Part part, RecordSink sink)
      throws IOException {
    Place place = new Place(directory.gfid(), name);
    Told told = new Told(place, part);
    // All of one read happened before it, so before whatever is looked at after its records.
    if (!inThisRead.add(told)) {
      return;
    }
    recent.add(told);
    Gfid holder = holder(directory, name);
    if (holder == null) {
      sink.append(new ChangeRecord.Entry(place, Optional.empty()));
    } else if (part == Part.CONTENT) {
      sink.append(new ChangeRecord.Data(holder, Optional.of(place)));
    } else {
      sink.append(new ChangeRecord.Metadata(holder, Optional.of(place)));
    }
  }

  /** Returns null if there is none, or it cannot be told: then the name says where to look. */
  private @Nullable Gfid holder(Directory directory, FileName name) {
    try {
      int descriptor = open.get(directory);
      return descriptor < 0 ? null : root.gfid(descriptor, name);
    } catch (PosixException e) {
      return null;
    }
  }
}
