package org.georep.secondary.reconcile;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.LastTouch;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;

/**
 * What is known to be right: tokens on inodes, and in the inventory what was applied whole.
 *
 * <p>Contents that were read for one batch may arrive after a later batch has put them in doubt;
 * they are published, but not believed. Until a barrier says that no contents of earlier batches
 * can arrive any more, it is kept which batch doubted which file.
 */
final class Contents {
  private final Tree tree;
  private final Inventory inventory;
  private final Map<Gfid, Long> doubtedBy = new HashMap<>();

  Contents(Tree tree, Inventory inventory) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
  }

  /** Contents of this file read for an earlier batch are not to be believed when they arrive. */
  void doubt(Gfid file, long batch) {
    doubtedBy.merge(file, batch, Math::max);
  }

  /** Returns whether contents read for this batch may be believed. */
  boolean isBelieved(Gfid file, long batch) {
    return doubtedBy.getOrDefault(file, Long.MIN_VALUE) <= batch;
  }

  /** No contents of batches up to this one can arrive any more. */
  void claimed(long upToBatch) {
    doubtedBy.values().removeIf(batch -> batch <= upToBatch);
  }

  /** Takes the token from a file, if it has one. */
  void doubt(Found file, long batch) throws PosixException {
    doubt(List.of(file), batch);
  }

  /** Takes the tokens from files; those with several names may be among them several times. */
  void doubt(List<Found> files, long batch) throws PosixException {
    Set<Long> inodes = new HashSet<>();
    Set<Gfid> gfids = new HashSet<>();
    for (Found file : files) {
      if (file.kind() == Kind.FILE && file.mark().isPresent() && inodes.add(file.stat().inode())) {
        Mark mark = file.mark().get();
        doubt(mark.gfid(), batch);
        if (mark.token().isPresent()) {
          tree.mark(file, mark.doubted());
          AgentFailpoint.CONTENTS_DOUBTED.reached();
        }
        if (gfids.add(mark.gfid())) {
          doubtEntries(mark.gfid());
        }
      }
    }
  }

  /** Notes that nothing is known to be right of an inode. */
  void doubtEntries(Gfid gfid) {
    for (Place place : inventory.places(gfid)) {
      inventory.entry(place).ifPresent(entry -> inventory.put(place, entry.doubted()));
    }
  }

  /** Takes the tokens from the files of a directory. */
  void doubtFilesOf(Directory directory, long batch) throws PosixException {
    List<FileName> files = new ArrayList<>();
    inventory.names(
        directory.gfid(),
        (name, entry) -> {
          if (entry.kind() == Kind.FILE) {
            files.add(name);
          }
        });
    List<Found> found = new ArrayList<>(files.size());
    Set<Long> inodes = new HashSet<>();
    for (FileName name : files) {
      Found file = tree.look(directory, name);
      if (file != null && inodes.add(file.stat().inode())) {
        found.add(file);
      }
    }
    doubt(found, batch);
  }

  /**
   * Notes at all places of an inode what was applied to it, its contents not having been read
   * again.
   *
   * @param whole whether all of it is as the state says, contents too as far as their token tells
   */
  void applied(EntryState state, boolean whole) {
    note(state, whole, false);
  }

  /** Notes at all places of a file that its contents were read at this state, and are here. */
  void verified(EntryState state) {
    note(state, true, true);
  }

  /**
   * Returns what to note of a new file's first name, its contents having been read at this state.
   */
  static Entry asVerified(EntryState state) {
    return after(Entry.of(state.gfid(), state.kind()), state, true, true);
  }

  private void note(EntryState state, boolean whole, boolean read) {
    for (Place place : inventory.places(state.gfid())) {
      inventory
          .entry(place)
          .filter(entry -> entry.gfid().equals(state.gfid()))
          .ifPresent(entry -> inventory.put(place, touched(after(entry, state, whole, read))));
    }
  }

  /** What is noted was just done to the inode. */
  private static Entry touched(Entry entry) {
    return entry.kind() == Kind.FILE ? entry.touchedAt(LastTouch.now()) : entry;
  }

  private static Entry after(Entry entry, EntryState state, boolean whole, boolean read) {
    if (!whole || state.racy()) {
      return new Entry(
          state.gfid(), state.kind(), Optional.empty(), 0, false, entry.kept(), entry.touched());
    }
    // A new ctime with the old token may hide new contents, if the events that would say so are
    // lost.
    boolean still = entry.verified() && entry.ctime().filter(state.ctime()::equals).isPresent();
    return new Entry(
        state.gfid(),
        state.kind(),
        Optional.of(state.ctime()),
        state.size(),
        read || still,
        entry.kept(),
        entry.touched());
  }

  /** Returns whether a file's contents were read at exactly this ctime. */
  boolean isVerified(Gfid gfid, Instant ctime) {
    List<Place> places = inventory.places(gfid);
    return !places.isEmpty()
        && places.stream()
            .map(inventory::entry)
            .flatMap(Optional::stream)
            .filter(entry -> entry.gfid().equals(gfid))
            .allMatch(entry -> entry.verified() && entry.ctime().filter(ctime::equals).isPresent());
  }
}
