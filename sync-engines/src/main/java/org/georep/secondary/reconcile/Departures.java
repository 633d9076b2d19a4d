package org.georep.secondary.reconcile;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.Keeping;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Origins;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * How what is at a wrong name leaves it. A directory is renamed into limbo. Anything else, if this
 * is its last name, first gets a link in limbo; so a crash, or a rename over the name, leaves it
 * there. What is not georep's is set aside.
 *
 * <p>Where deletions are kept, each name that leaves is an item of limbo of its own, and where it
 * came from is noted first, so that it can be put back there. Where only those are kept that
 * nothing but a listing told of, the others are noted as going.
 */
final class Departures {
  private final Tree tree;
  private final Limbo limbo;
  private final @Nullable Origins origins;
  private final boolean keepsSeen;

  /**
   * Makes it.
   *
   * @param origins where it is noted what came from where; null if deletions are not kept
   * @param keeping whether what leaves because of a change is to go back, too
   */
  Departures(Tree tree, Limbo limbo, @Nullable Origins origins, Keeping keeping) {
    this.keepsSeen = keeping.keepsSeen();
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
    this.origins = origins;
  }

  /** Takes the name from what is there, because of a change on the primary. */
  void leave(Found found, long batch) throws PosixException {
    leave(found, batch, keepsSeen);
  }

  /** Takes the name from what is there, though nothing but a listing told of it. */
  void leaveUnseen(Found found, long batch) throws PosixException {
    leave(found, batch, true);
  }

  /**
   * A change on the primary took away what was at a place, and nothing is there: what came from it
   * for a listing's sake is not to go back.
   */
  void isGone(Place place) throws PosixException {
    if (origins != null && !keepsSeen) {
      for (Iterator<FileName> each = origins.from(place); each.hasNext(); ) {
        FileName item = each.next();
        if (limbo.contains(item)) {
          origins.noteGoing(item);
        }
      }
    }
  }

  private void leave(Found found, long batch, boolean backAgain) throws PosixException {
    if (found.mark().isEmpty()) {
      tree.setAside(found);
      return;
    }
    Gfid gfid = found.mark().get().gfid();
    if (found.isDirectory()) {
      FileName item = enter(found, gfid, batch, backAgain);
      tree.move(found, gfid, tree.directories().limbo(), item);
      return;
    }
    preserve(found, batch, backAgain);
    tree.remove(found);
  }

  /**
   * Makes sure that what will be renamed over stays to be had.
   *
   * @return what is at the name now: null if it had to leave at once
   */
  @Nullable Found giveWay(Found found, long batch) throws PosixException {
    if (found.isDirectory() || found.isForeign()) {
      leave(found, batch);
      return null;
    }
    preserve(found, batch, keepsSeen);
    return found;
  }

  private FileName enter(Found found, Gfid gfid, long batch, boolean backAgain)
      throws PosixException {
    FileName item = limbo.nameFor(gfid);
    if (origins != null && !backAgain) {
      origins.noteGoing(item);
    } else if (origins != null) {
      origins.note(item, found.place());
    }
    limbo.entered(item, batch);
    if (found.isDirectory() || found.isChangedByOthers()) {
      // What has to be set aside later is called there as it is called now.
      limbo.cameFrom(item, tree.pathBefore(found));
    }
    return item;
  }

  private void preserve(Found found, long batch, boolean backAgain) throws PosixException {
    Gfid gfid = found.mark().orElseThrow().gfid();
    boolean there =
        (origins != null && backAgain)
            ? isItem(found, gfid, batch, origins)
            : found.stat().nlink() > 1 && isElsewhere(found, gfid, batch);
    if (!there) {
      FileName item = enter(found, gfid, batch, backAgain);
      tree.link(found, gfid, tree.directories().limbo(), item, null);
      AgentFailpoint.LIMBO_LINKED.reached();
    }
  }

  private boolean isElsewhere(Found found, Gfid gfid, long batch) throws PosixException {
    Found other =
        tree.find(gfid, place -> place.sameInode(found) && !place.place().equals(found.place()));
    if (other != null && other.directory().isLimbo()) {
      limbo.entered(other.name(), batch);
    }
    return other != null;
  }

  /** Whether this very name is in limbo already; all items of the inode are of this batch then. */
  private boolean isItem(Found found, Gfid gfid, long batch, Origins from) throws PosixException {
    boolean is = false;
    for (Found other : found.stat().nlink() > 1 ? tree.places(gfid) : List.<Found>of()) {
      if (other.directory().isLimbo() && other.sameInode(found)) {
        limbo.entered(other.name(), batch);
        is |= from.of(other.name()).filter(found.place()::equals).isPresent();
      }
    }
    return is;
  }
}
