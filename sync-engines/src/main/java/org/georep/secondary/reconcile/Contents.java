package org.georep.secondary.reconcile;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;

/** What is known to be right: tokens on inodes, and in the inventory what was applied whole. */
public final class Contents {
  private final Tree tree;
  private final Inventory inventory;
  private Optional<Instant> stime = Optional.empty();
  private boolean crawling;

  Contents(Tree tree, Inventory inventory) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
  }

  /** Notes up to when the secondary is in step. */
  public void reached(Instant time) {
    stime = Optional.of(time);
  }

  /** Notes whether a crawl is under way: then events may have been lost. */
  void crawling(boolean is) {
    crawling = is;
  }

  /**
   * Returns whether a token that agrees is proof enough of contents. A write may leave size and
   * mtime as they were; it does not leave the ctime. Live, an event would have told of it. Where a
   * whole directory is looked at because events may be missing, only a ctime that was applied
   * before, or lies before all that may be missing, is proof.
   *
   * @param listed whether the look belongs to a listing
   */
  boolean isProof(Place place, EntryState state, boolean listed) {
    if (!listed && !crawling) {
      return true;
    }
    Optional<Instant> applied =
        inventory
            .entry(place)
            .filter(entry -> entry.gfid().equals(state.gfid()))
            .flatMap(Entry::ctime);
    if (applied.isEmpty()) {
      applied = elsewhere(state);
    }
    return applied.isPresent()
        ? applied.get().equals(state.ctime())
        : stime.isPresent() && state.ctime().isBefore(stime.get());
  }

  /** What was applied to an inode is known at all its places. */
  private Optional<Instant> elsewhere(EntryState state) {
    for (Place place : inventory.places(state.gfid())) {
      Optional<Entry> entry = inventory.entry(place);
      if (entry.isPresent() && entry.get().gfid().equals(state.gfid())) {
        return entry.get().ctime();
      }
    }
    return Optional.empty();
  }

  /** Takes the token from a file, if it has one. */
  void doubt(Found file) throws PosixException {
    if (file.kind() == Kind.FILE && file.mark().isPresent()) {
      Mark mark = file.mark().get();
      if (mark.token().isPresent()) {
        tree.mark(file, Mark.of(mark.gfid()));
      }
      doubtEntries(mark.gfid());
    }
  }

  /** Notes that nothing is known to be right of an inode. */
  void doubtEntries(Gfid gfid) {
    for (Place place : inventory.places(gfid)) {
      inventory.entry(place).ifPresent(entry -> inventory.put(place, entry.doubted()));
    }
  }

  /** Takes the tokens from the files of a directory. */
  void doubtFilesOf(Directory directory) throws PosixException {
    List<FileName> files = new ArrayList<>();
    inventory.names(
        directory.gfid(),
        (name, entry) -> {
          if (entry.kind() == Kind.FILE) {
            files.add(name);
          }
        });
    for (FileName name : files) {
      Found found = tree.look(directory, name);
      if (found != null) {
        doubt(found);
      }
    }
  }

  /**
   * Notes at all places of an inode what was applied to it.
   *
   * @param whole whether all of it is as the state says, contents too
   */
  void applied(EntryState state, boolean whole) {
    for (Place place : inventory.places(state.gfid())) {
      inventory
          .entry(place)
          .filter(entry -> entry.gfid().equals(state.gfid()))
          .ifPresent(entry -> inventory.put(place, applied(state, whole, entry.kept())));
    }
  }

  private static Entry applied(EntryState state, boolean whole, boolean kept) {
    return whole && !state.racy()
        ? new Entry(
            state.gfid(), state.kind(), Optional.of(state.ctime()), state.size(), kept)
        : new Entry(state.gfid(), state.kind(), Optional.empty(), 0, kept);
  }
}
