package org.georep.replicator.verify;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.PosixException;
import org.georep.protocol.Want;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryDirectory;

/** Looks at names of the primary as a session sees them: what it leaves out is so shown. */
final class Looker {
  private final Filter filter;
  private final Unreadable unreadable;

  Looker(Filter filter, Unreadable unreadable) {
    this.filter = Objects.requireNonNull(filter, "filter is null");
    this.unreadable = Objects.requireNonNull(unreadable, "unreadable is null");
  }

  /**
   * Looks.
   *
   * @param path of the directory
   * @return {@link Want.Excluded} also for what cannot be looked at, which is told
   */
  Want look(PrimaryDirectory directory, EntryPath path, FileName name) throws IOException {
    Want want;
    try {
      want = directory.look(name);
    } catch (PosixException e) {
      EntryPath itself = path.resolve(name);
      if (filter.isEmpty() || !(filter.excludes(itself, false) && filter.excludes(itself, true))) {
        unreadable.tell(itself, e);
      }
      return new Want.Excluded(name);
    }
    if (want instanceof Want.Present present
        && !filter.isEmpty()
        && filter.excludes(path.resolve(name), present.state().isDirectory())) {
      return new Want.Excluded(name);
    }
    return want;
  }

  boolean leavesOut(Optional<EntryPath> directory) {
    return directory.isPresent() && filter.leavesOut(directory.get(), true);
  }
}
