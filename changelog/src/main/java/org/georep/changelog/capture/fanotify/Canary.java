package org.georep.changelog.capture.fanotify;

import java.time.Instant;
import java.util.List;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.changelog.capture.fanotify.FanotifyEvent.Side;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * A file of our own, {@code .georep/canary}, whose event proves that everything queued before it
 * was read: the mark under steady load, when the queue never gets empty. Its time stamp is set,
 * which makes exactly one event, and not again before that was read, so that it cannot be merged
 * into an earlier one. Without a {@code .georep} that can be written there is no such mark.
 */
final class Canary {
  private static final EntryPath HOME = EntryPath.of(List.of(VolumeRoot.GEOREP));
  private static final FileName NAME = FileName.of("canary");
  private static final int PRIVATE = 0600;

  private final Libc libc;
  private final VolumeRoot root;
  private @Nullable Gfid home;
  private @Nullable Instant touched;

  Canary(Libc libc, VolumeRoot root) {
    this.libc = libc;
    this.root = root;
  }

  /** Touches the file, unless its last event is still to come. */
  void touch(Instant now) {
    if (touched != null) {
      return;
    }
    try {
      int directory = root.openDirectory(HOME, Linux.O_PATH);
      try {
        home = root.gfid(directory);
        libc.close(
            libc.openat(
                directory,
                NAME.toBytes(),
                Linux.O_RDONLY | Linux.O_CREAT | Linux.O_NOFOLLOW | Linux.O_NONBLOCK,
                PRIVATE));
        libc.utimensat(directory, NAME.toBytes(), null, now, Linux.AT_SYMLINK_NOFOLLOW);
        touched = now;
      } finally {
        libc.close(directory);
      }
    } catch (PosixException e) {
      // No canary, no mark: lag is shown as growing, which is true.
      touched = null;
    }
  }

  /** Returns when it was touched, if this event is of that touch; once. */
  @Nullable Instant proved(FanotifyEvent event) {
    Side at = event.at();
    if (touched == null
        || at == null
        || !event.has(Linux.FAN_MODIFY | Linux.FAN_ATTRIB)
        || !new Side(at.directory(), NAME).equals(at)
        || home == null
        || !home.equals(at.directory())) {
      return null;
    }
    Instant proved = touched;
    touched = null;
    return proved;
  }

  /** Events were lost, perhaps its own. */
  void lost() {
    touched = null;
  }
}
