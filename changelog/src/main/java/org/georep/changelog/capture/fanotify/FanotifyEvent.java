package org.georep.changelog.capture.fanotify;

import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Linux;
import org.jspecify.annotations.Nullable;

/**
 * One event as read.
 *
 * @param mask what happened; several things at once after a merge
 * @param pid the process that did it
 * @param fid the file it happened to, if told
 * @param at where; a rename's new side; nothing if only the file is told
 * @param from a rename's old side
 */
record FanotifyEvent(
    long mask, int pid, @Nullable Gfid fid, @Nullable Side at, @Nullable Side from) {
  /**
   * A name in a directory.
   *
   * @param name nothing if it is the directory itself
   */
  record Side(Gfid directory, @Nullable FileName name) {}

  boolean has(long bits) {
    return (mask & bits) != 0;
  }

  boolean onDirectory() {
    return has(Linux.FAN_ONDIR);
  }
}
