package org.georep.secondary.retain;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/** Tells what is in the tree from what is in limbo. For one thread. */
final class Whereabouts {
  private final Tree tree;

  Whereabouts(Tree tree) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
  }

  /** Returns the item of limbo a directory is, or lies in; null if it lies in the tree. */
  @Nullable FileName item(Gfid directory) {
    Set<Gfid> seen = new HashSet<>();
    Gfid at = directory;
    while (seen.add(at)) {
      Optional<Place> home = tree.directories().home(at);
      if (home.isEmpty()) {
        return null;
      }
      Place place = home.get();
      if (place.directory().equals(Directory.LIMBO)) {
        return place.name();
      }
      at = place.directory();
    }
    return null;
  }

  /** Looks at a name; null if nothing of georep's is there: nothing, a stranger's, or a mount. */
  @Nullable Found own(Directory directory, FileName name) throws PosixException {
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

  /** Returns whether what stands for the same gfid has a name in the tree, other than this one. */
  boolean livesOn(Found found) throws PosixException {
    if (found.isKept()) {
      return false;
    }
    return tree.find(
            found.mark().orElseThrow().gfid(),
            other ->
                !other.place().equals(found.place())
                    && !other.directory().isLimbo()
                    && item(other.directory().gfid()) == null)
        != null;
  }
}
