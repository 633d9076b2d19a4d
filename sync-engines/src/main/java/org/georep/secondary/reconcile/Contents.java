package org.georep.secondary.reconcile;

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
final class Contents {
  private final Tree tree;
  private final Inventory inventory;

  Contents(Tree tree, Inventory inventory) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
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
