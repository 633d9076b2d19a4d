package org.georep.changelog.capture;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.EntryPath;
import org.georep.name.Place;

/**
 * A mount came or went.
 *
 * @param path the mount point, below the volume's root; the root's path if it lies on the root
 * @param place the mount point as a name in the volume; nothing for the root, or if its directory
 *     cannot be found any more (then that directory's own change says all)
 * @param gone whether it went
 * @param known whether the kernel told the place, or that there is none
 */
public record MountChange(EntryPath path, Optional<Place> place, boolean gone, boolean known) {
  /** Checks its parts. */
  public MountChange {
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(place, "place is null");
  }

  /** Writes the records that make the replicator look there. */
  public void writeTo(RecordSink sink) throws IOException {
    if (path.isRoot()) {
      sink.append(
          new ChangeRecord.Gap(
              gone
                  ? "a mount that lay over the volume's root went"
                  : "another file system was mounted over the volume's root"));
    } else if (!known) {
      sink.append(
          new ChangeRecord.Gap("it cannot be told where in the volume a file system came or went"));
    } else if (place.isPresent()) {
      sink.append(new ChangeRecord.Entry(place.get(), Optional.empty()));
      if (gone) {
        sink.append(new ChangeRecord.Subtree(place.get()));
      }
    }
  }
}
