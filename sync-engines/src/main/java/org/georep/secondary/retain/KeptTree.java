package org.georep.secondary.retain;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.secondary.reconcile.Incomplete;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * Makes an item of limbo, with all that is in it, one that is kept after its deletion: nothing of
 * it is known by a gfid any more.
 *
 * <p>All its directories are marked incomplete first and then, the deepest first, kept; its own
 * mark goes last. So a crash leaves an item of limbo that is done again, or, should it be wanted
 * after all, is listed whole. What was not made by georep stays in it as it is. A name of a file
 * that has another one in the tree goes.
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
    List<Gfid> directories = directories(item.mark().orElseThrow().gfid(), batch);
    for (int i = directories.size() - 1; i >= 0; i--) {
      keep(directories.get(i));
      tree.directories().trim();
    }
  }

  /** Returns it and the directories below it, each before those in it; all incomplete now. */
  private List<Gfid> directories(Gfid top, long batch) throws PosixException {
    List<Gfid> all = new ArrayList<>(List.of(top));
    for (int i = 0; i < all.size(); i++) {
      Directory directory = tree.directories().get(all.get(i));
      if (directory != null) {
        incomplete.doubt(directory, batch);
        for (FileName name : tree.names(directory)) {
          Found inside = look(directory, name);
          if (inside != null && inside.isDirectory() && !inside.isKept()) {
            all.add(inside.mark().orElseThrow().gfid());
          }
        }
      }
      tree.directories().trim();
    }
    return all;
  }

  private void keep(Gfid gfid) throws PosixException {
    Directory directory = tree.directories().get(gfid);
    List<Found> places = tree.places(gfid);
    if (directory == null || places.isEmpty()) {
      return;
    }
    for (FileName name : tree.names(directory)) {
      Found inside = look(directory, name);
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

  /** Returns null for what is not georep's: nothing, a stranger's, or a mount point. */
  private @Nullable Found look(Directory directory, FileName name) throws PosixException {
    try {
      Found found = tree.look(directory, name);
      return found == null || found.isForeign() ? null : found;
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        return null;
      }
      throw e;
    }
  }
}
