package org.georep.secondary.retain;

import java.util.List;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.secondary.reconcile.Incomplete;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;

/**
 * Makes an item of limbo, with all that is in it, one that is kept after its deletion: nothing of
 * it is known by a gfid any more.
 *
 * <p>A directory is marked incomplete before anything in it is touched, and kept after all in it
 * is; its own mark goes last. So a crash leaves an item of limbo that is done again, or, should it
 * be wanted after all, is listed where it lacks something. What was not made by georep stays in it
 * as it is. A name of a file that has another one in the tree goes.
 */
final class KeptTree {
  private final Tree tree;
  private final Incomplete incomplete;
  private final Whereabouts whereabouts;

  KeptTree(Tree tree, Incomplete incomplete, Whereabouts whereabouts) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.whereabouts = Objects.requireNonNull(whereabouts, "whereabouts is null");
  }

  /** Keeps it; no directory opened before may be used after. */
  void keep(Found item, long batch) throws PosixException {
    if (item.isKept()) {
      return;
    }
    if (!item.isDirectory()) {
      tree.keep(item);
      return;
    }
    Gfid top = item.mark().orElseThrow().gfid();
    Below below =
        new Below(tree, whereabouts, top, directory -> incomplete.doubt(directory, batch));
    for (Gfid next = below.next(); next != null; next = below.next()) {
      keep(next);
      tree.directories().trim();
    }
  }

  private void keep(Gfid gfid) throws PosixException {
    Directory directory = tree.directories().get(gfid);
    List<Found> places = tree.places(gfid);
    if (directory == null || places.isEmpty()) {
      return;
    }
    for (FileName name : tree.names(directory)) {
      Found inside = whereabouts.own(directory, name);
      if (inside != null && !inside.isDirectory() && !inside.isKept()) {
        if (inside.stat().nlink() > 1 && whereabouts.livesOn(inside)) {
          tree.remove(inside);
        } else if (tree.holdsMark(inside.kind())) {
          tree.keep(inside);
        }
      }
    }
    incomplete.forget(gfid);
    tree.forgetNames(directory);
    tree.keep(places.get(0));
  }
}
