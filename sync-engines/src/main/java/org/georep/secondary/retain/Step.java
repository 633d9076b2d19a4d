package org.georep.secondary.retain;

import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.secondary.tree.Origins;
import org.jspecify.annotations.Nullable;

/**
 * An item of limbo on its way back, which first takes in what came out of it, or out of a directory
 * below it: that would find no place afterwards. For one thread.
 */
final class Step {
  private final FileName item;
  private final @Nullable Step then;
  private @Nullable Below below;
  private Iterator<FileName> cameOut = Collections.emptyIterator();
  private boolean hasBegun;
  private boolean isBlocked;

  /**
   * Makes it.
   *
   * @param then which waits for this one; null if none does
   */
  Step(FileName item, @Nullable Step then) {
    this.item = Objects.requireNonNull(item, "item is null");
    this.then = then;
  }

  FileName item() {
    return item;
  }

  @Nullable Step then() {
    return then;
  }

  boolean hasBegun() {
    return hasBegun;
  }

  /** Nothing is in it that something may have come out of, or all that has is back. */
  void takesInNothing() {
    hasBegun = true;
    below = null;
  }

  /** From now on {@link #next} tells what came out of it. */
  void begin(Below directories) {
    hasBegun = true;
    below = directories;
  }

  /** Returns what came out of it next, whether or not it is in limbo still; null if nothing did. */
  @Nullable FileName next(Origins origins) throws PosixException {
    while (!cameOut.hasNext()) {
      Gfid directory = below == null ? null : below.next();
      if (directory == null) {
        return null;
      }
      cameOut = origins.from(directory);
    }
    return cameOut.next();
  }

  /** It cannot go with this barrier. */
  void block() {
    isBlocked = true;
  }

  boolean isBlocked() {
    return isBlocked;
  }

  /** Returns whether an item is this one, or waits for it. */
  boolean waits(FileName other) {
    for (Step at = this; at != null; at = at.then) {
      if (at.item.equals(other)) {
        return true;
      }
    }
    return false;
  }
}
