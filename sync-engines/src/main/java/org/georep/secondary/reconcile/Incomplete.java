package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;

/**
 * The directories whose names may not be the primary's. The mark is on the inode, durable with it;
 * here they are counted, with the batch that doubted them last and whether a listing was applied
 * since.
 *
 * <p>One that was listed since it was last doubted waits for its barrier and is not asked for
 * again; after a crash all are.
 */
public final class Incomplete {
  private final Inventory inventory;
  private final Marks marks;
  private final Directories directories;
  private final Map<Gfid, State> all = new LinkedHashMap<>();
  private final Set<Gfid> unlisted = new HashSet<>();

  private record State(long batch, boolean listed) {}

  /** Makes it, with those the inventory knows, as of batch 0. */
  public Incomplete(Inventory inventory, Marks marks, Directories directories) {
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.marks = Objects.requireNonNull(marks, "marks is null");
    this.directories = Objects.requireNonNull(directories, "directories is null");
    inventory.incomplete().forEach(gfid -> note(gfid, 0));
  }

  private void note(Gfid gfid, long batch) {
    all.put(gfid, new State(batch, false));
    unlisted.add(gfid);
  }

  /** Doubts a directory that is here. */
  void doubt(Directory directory, long batch) throws PosixException {
    if (!all.containsKey(directory.gfid())) {
      marks.write(directory.descriptor(), Mark.ofDirectory(directory.gfid(), true));
    }
    noted(directory.gfid(), batch);
  }

  /** Notes a directory that has the mark already. */
  void noted(Gfid directory, long batch) {
    inventory.setIncomplete(directory, true);
    note(directory, batch);
  }

  /** Notes that a listing was applied. */
  void listed(Gfid directory) {
    State state = all.get(directory);
    if (state != null) {
      all.put(directory, new State(state.batch, true));
      unlisted.remove(directory);
    }
  }

  /** Returns whether a directory is incomplete. */
  boolean contains(Gfid directory) {
    return all.containsKey(directory);
  }

  /**
   * Takes the mark away, now that what the listing said is durable; not from one doubted since, or
   * by a later batch.
   */
  public void clear(Gfid directory, long upToBatch) throws PosixException {
    State state = all.get(directory);
    if (state == null || !state.listed || state.batch > upToBatch) {
      return;
    }
    Directory open = directories.get(directory);
    if (open != null) {
      marks.write(open.descriptor(), Mark.ofDirectory(directory, false));
    }
    forget(directory);
  }

  private void forget(Gfid directory) {
    all.remove(directory);
    unlisted.remove(directory);
    inventory.setIncomplete(directory, false);
  }

  /** Returns those in the tree of which a listing is wanted. */
  List<Gfid> wanted() {
    List<Gfid> found = new ArrayList<>();
    for (Gfid gfid : List.copyOf(unlisted)) {
      if (isInTree(gfid)) {
        if (isHere(gfid)) {
          found.add(gfid);
        } else {
          forget(gfid); // others removed it; when it is wanted again it is made again
        }
      }
      directories.trim();
    }
    return found;
  }

  private boolean isHere(Gfid gfid) {
    try {
      return directories.get(gfid) != null;
    } catch (PosixException e) {
      return false;
    }
  }

  /** Not in limbo, nor below a name the primary does not show. */
  private boolean isInTree(Gfid directory) {
    Set<Gfid> seen = new HashSet<>();
    Gfid at = directory;
    while (!at.equals(directories.root().gfid())) {
      List<Place> places = inventory.places(at);
      if (places.isEmpty() || !seen.add(at)) {
        return !at.equals(Directory.LIMBO);
      }
      Optional<Entry> entry = inventory.entry(places.get(0));
      if (entry.isPresent() && entry.get().kept()) {
        return false;
      }
      at = places.get(0).directory();
    }
    return true;
  }
}
