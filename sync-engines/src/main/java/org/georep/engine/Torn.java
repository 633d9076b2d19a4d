package org.georep.engine;

import org.georep.protocol.EntryState;

/** Whether a file changed while it was read. */
public final class Torn {
  private Torn() {}

  /**
   * Compares looks from before and after reading by size, mtime and ctime. A change within the
   * clock tick of the first look can hide; its own change record makes the file dirty again.
   */
  public static boolean between(EntryState before, EntryState after) {
    return before.size() != after.size()
        || !before.mtime().equals(after.mtime())
        || !before.ctime().equals(after.ctime());
  }
}
