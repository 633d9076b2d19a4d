package org.georep.secondary.reconcile;

import java.util.Arrays;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * Which of what georep did not make is taken over instead of set aside: what equals the desired
 * state. Always an empty directory, and an entry of a kind that cannot hold a mark (after a crash
 * one made by this agent looks like anybody's); the rest only if the session adopts.
 */
final class Adoption {
  /** How far it goes. */
  enum Extent {
    /** Only what holds nothing. */
    LEAST,
    /** What agrees by kind, size and mtime. */
    EQUAL,
    /** As EQUAL, but contents of files stay in doubt until compared. */
    COMPARED
  }

  private final Libc libc;
  private final Tree tree;
  private final Directories directories;
  private final Marks marks;
  private final Incomplete incomplete;
  private final Extent extent;
  private final boolean shares;

  /**
   * Makes it.
   *
   * @param keeping where others' names stay, a directory of theirs is one of the primary's, too
   */
  Adoption(
      Libc libc, Tree tree, Marks marks, Incomplete incomplete, Extent extent, Keeping keeping) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.directories = tree.directories();
    this.marks = Objects.requireNonNull(marks, "marks is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.extent = Objects.requireNonNull(extent, "extent is null");
    this.shares = keeping.keepsForeign();
  }

  /**
   * Takes a foreign entry over if it equals the desired state.
   *
   * @return what is at the name then: null if nothing was taken over
   */
  @Nullable Found tryToAdopt(Found foreign, EntryState wanted, long batch) throws PosixException {
    Gfid gfid = wanted.gfid();
    if (foreign.kind() != wanted.kind() || !equal(foreign, wanted)) {
      return null;
    }
    if (foreign.isDirectory()) {
      if (directories.get(gfid) != null) {
        return null;
      }
      tree.adopt(foreign, Mark.ofDirectory(gfid, true));
      incomplete.noted(gfid, batch);
    } else {
      Found known = tree.find(gfid, any -> true);
      if (known != null && !known.sameInode(foreign)) {
        if (extent == Extent.COMPARED) {
          return null;
        }
        // On the primary these names are one file: the equal copy gives way to a link.
        tree.link(known, gfid, foreign.directory(), foreign.name(), foreign);
      } else {
        boolean trusted = wanted.isFile() && extent == Extent.EQUAL;
        tree.adopt(foreign, trusted ? Mark.of(gfid, wanted.token()) : Mark.of(gfid));
      }
    }
    return tree.look(foreign.directory(), foreign.name());
  }

  /**
   * Takes a kept directory over for one that was made anew at its name: what it holds stays in it
   * where that listing leaves the names free.
   *
   * @return whether it was taken over
   */
  boolean tryToReuse(Found kept, Gfid gfid, long batch) throws PosixException {
    if (!kept.isDirectory() || directories.get(gfid) != null) {
      return false;
    }
    tree.identify(kept, Mark.ofDirectory(gfid, true));
    incomplete.noted(gfid, batch);
    return true;
  }

  /**
   * Lets stay what the primary does not have (any more) at this name, if it is kept, or nobody can
   * tell because its kind holds no mark.
   *
   * @return whether it stays
   */
  boolean tryToKeep(Found found) throws PosixException {
    if (found.isForeign() && !marks.holds(found.kind())) {
      tree.adopt(found, Mark.KEPT);
      return true;
    }
    return found.isKept();
  }

  private boolean equal(Found foreign, EntryState wanted) throws PosixException {
    boolean adopting = extent != Extent.LEAST;
    return switch (foreign.kind()) {
      case DIRECTORY -> adopting || shares || isEmpty(foreign);
      case FILE ->
          adopting
              && foreign.stat().size() == wanted.size()
              && foreign.stat().mtime().equals(wanted.mtime());
      case SYMLINK ->
          (adopting || !marks.holds(Kind.SYMLINK))
              && wanted.target().isPresent()
              && Arrays.equals(
                  libc.readlinkat(foreign.directory().descriptor(), foreign.name().toBytes()),
                  wanted.target().get());
      default ->
          (adopting || !marks.holds(foreign.kind())) && foreign.stat().rdev() == wanted.rdev();
    };
  }

  private boolean isEmpty(Found directory) throws PosixException {
    try (Node node = tree.open(directory.directory(), directory.name())) {
      return node != null
          && tree.names(new Directory(Directory.LIMBO, node.descriptor())).isEmpty();
    }
  }
}
