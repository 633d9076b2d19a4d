package org.georep.secondary.retain;

import java.util.List;
import java.util.Objects;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Tree;

/**
 * Empties limbo when no batch will ever say what is to become of its items. One that was renamed on
 * the primary, and whose new name did not arrive, has no other copy; and it cannot be told from one
 * that was deleted. So what has another name loses only its link here, and everything else is set
 * aside, as {@code .georep/conflicts/TIME/limbo/ITEM} where its former path is not known.
 */
public final class Placeless {
  private static final FileName LIMBO = FileName.of("limbo");

  private final Tree tree;
  private final Limbo limbo;

  /** Makes it for a tree. */
  public Placeless(Tree tree, Limbo limbo) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
  }

  /** Returns how many items there are that have no other name. */
  public long count() throws PosixException {
    long alone = 0;
    for (FileName item : limbo.all()) {
      Found found = tree.look(tree.directories().limbo(), item);
      if (found != null && !isElsewhere(found)) {
        alone++;
      }
      tree.directories().trim();
    }
    return alone;
  }

  /** Empties limbo. */
  public void setAside() throws PosixException {
    for (FileName item : limbo.all()) {
      Found found = tree.look(tree.directories().limbo(), item);
      if (found == null) {
        limbo.left(item);
      } else if (!isElsewhere(found)) {
        tree.setAside(
            found,
            EntryPath.of(List.of(LIMBO, item)),
            "lost its name on the primary, and no other one arrived before the promotion");
      } else {
        tree.remove(found);
      }
      tree.directories().trim();
    }
  }

  private boolean isElsewhere(Found item) throws PosixException {
    if (item.isDirectory() || item.isForeign() || item.stat().nlink() == 1) {
      return false;
    }
    Gfid gfid = item.mark().orElseThrow().gfid();
    try {
      for (Found place : tree.places(gfid)) {
        if (place.sameInode(item) && !place.directory().isLimbo()) {
          return true;
        }
      }
    } catch (PosixException e) {
      if (!e.is(Errno.EXDEV)) {
        throw e;
      }
      // A mount hides where it may be: it is set aside rather than removed.
    }
    return false;
  }
}
