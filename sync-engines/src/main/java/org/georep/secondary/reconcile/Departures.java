package org.georep.secondary.reconcile;

import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * How what is at a wrong name leaves it. A directory is renamed into limbo. Anything else, if this
 * is its last name, first gets a link in limbo; so a crash, or a rename over the name, leaves it
 * there. What is not georep's is set aside.
 */
final class Departures {
  private final Tree tree;
  private final Limbo limbo;

  Departures(Tree tree, Limbo limbo) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
  }

  /** Takes the name from what is there. */
  void leave(Found found, long batch) throws PosixException {
    if (found.mark().isEmpty()) {
      tree.setAside(found);
      return;
    }
    Gfid gfid = found.mark().get().gfid();
    if (found.isDirectory()) {
      FileName item = limbo.nameFor(gfid);
      limbo.entered(item, batch);
      noteOrigin(found, item);
      tree.move(found, gfid, tree.directories().limbo(), item);
      return;
    }
    preserve(found, batch);
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
    preserve(found, batch);
    return found;
  }

  /** What has to be set aside later is called there as it is called now. */
  private void noteOrigin(Found found, FileName item) {
    limbo.cameFrom(item, tree.directories().path(found.directory().gfid()).resolve(found.name()));
  }

  private void preserve(Found found, long batch) throws PosixException {
    Gfid gfid = found.mark().orElseThrow().gfid();
    if (found.stat().nlink() > 1) {
      for (Found other : tree.places(gfid)) {
        if (other.sameInode(found) && !other.place().equals(found.place())) {
          if (other.directory().isLimbo()) {
            limbo.entered(other.name(), batch);
          }
          return;
        }
      }
    }
    FileName item = limbo.nameFor(gfid);
    limbo.entered(item, batch);
    if (found.isChangedByOthers()) {
      noteOrigin(found, item);
    }
    tree.link(found, gfid, tree.directories().limbo(), item, null);
  }
}
