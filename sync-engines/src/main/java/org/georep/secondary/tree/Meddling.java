package org.georep.secondary.tree;

import java.util.Iterator;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.Kind;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.LastTouch;

/**
 * Whether a file was changed by somebody else in a way that mtime and size do not show: its ctime,
 * which nobody can set, is later than georep's last change of it. That may have been its mode only,
 * or a name somebody gave and took again; so it tells that the contents are in doubt, and that what
 * is there is not to be destroyed.
 *
 * <p>Nothing is said of a file
 *
 * <ul>
 *   <li>whose last change by georep is not known: the inventory was made again since;
 *   <li>that has names besides georep's: whatever georep does, those keep what is there;
 *   <li>with more than {@value #MOST_NAMES} names, all of which would have to be asked;
 *   <li>that is immutable or append-only, or shut to an agent that is not root: georep itself
 *       changes it for a moment whenever it works there;
 *   <li>on a file system that has a clock of its own, as a server's.
 * </ul>
 *
 * <p>For one thread.
 */
final class Meddling {
  static final int MOST_NAMES = 16;
  private static final int OWNER_READ_WRITE = 0600;

  private final Inventory inventory;
  private final boolean root;
  private final boolean sameClock;

  /**
   * Makes it.
   *
   * @param root whether this process is root
   */
  Meddling(Libc libc, Stage stage, Inventory inventory, boolean root) {
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.root = root;
    this.sameClock = isOfThisClock(libc, stage);
  }

  private static boolean isOfThisClock(Libc libc, Stage stage) {
    FileName probe = stage.fresh();
    try {
      libc.mknodat(stage.descriptor(), probe.toBytes(), Kind.FILE.typeBits() | OWNER_READ_WRITE, 0);
      Stat made = libc.statx(stage.descriptor(), probe.toBytes(), Linux.AT_SYMLINK_NOFOLLOW);
      stage.drop(probe);
      return !LastTouch.isBefore(LastTouch.now(), made.ctime());
    } catch (PosixException e) {
      return false; // on a full disk nothing is said until the next start
    }
  }

  /** Returns whether that is so of what was found at a name. */
  boolean isSeen(Found found) {
    if (!sameClock || found.kind() != Kind.FILE || found.mark().isEmpty()) {
      return false;
    }
    Stat stat = found.stat();
    return found.mark().get().left().isPresent()
        && LastTouch.isBefore(inventory.touched(found.place()), stat.ctime())
        && stat.flags() == 0
        && (root || (stat.permissions() & OWNER_READ_WRITE) == OWNER_READ_WRITE)
        && (stat.nlink() == 1 || isLaterAtAll(found.mark().get().gfid(), stat));
  }

  private boolean isLaterAtAll(Gfid gfid, Stat stat) {
    if (stat.nlink() > MOST_NAMES) {
      return false;
    }
    int names = 0;
    for (Iterator<Place> all = inventory.eachPlace(gfid); all.hasNext(); names++) {
      if (names == MOST_NAMES || !LastTouch.isBefore(inventory.touched(all.next()), stat.ctime())) {
        return false;
      }
    }
    return names >= stat.nlink();
  }
}
