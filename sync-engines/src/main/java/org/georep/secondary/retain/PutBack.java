package org.georep.secondary.retain;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.reconcile.Incomplete;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Origins;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts back what is in limbo and no batch can want any more, since nothing on the primary is it:
 * each item to the place it came from, where it is kept.
 *
 * <p>What came out of a directory that is in limbo itself goes into that one first, then the
 * directory goes back whole. Where its place holds a directory again, the names in it become items
 * that came from that one, and so find their way into it, or into what is below. A place that holds
 * something else is used again: the item goes for good. One whose directory nobody knows any more
 * is set aside. A file that has a name in the tree was renamed, or lost one of several names, and
 * is not put back.
 *
 * <p>Every step is one change of one item, which stays an item, and with its origin, until it is at
 * its place: what a crash leaves is done by the next barrier.
 */
public final class PutBack implements Release {
  private static final Logger LOG = LoggerFactory.getLogger(PutBack.class);
  private static final Gfid KEPT = Mark.KEPT.gfid();

  private final Tree tree;
  private final Limbo limbo;
  private final Origins origins;
  private final Discard discard;
  private final Whereabouts whereabouts;
  private final KeptTree keptTree;

  /**
   * Makes it.
   *
   * @param discard how those go that do not go back
   */
  public PutBack(Tree tree, Limbo limbo, Origins origins, Discard discard, Incomplete incomplete) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
    this.origins = Objects.requireNonNull(origins, "origins is null");
    this.discard = Objects.requireNonNull(discard, "discard is null");
    this.whereabouts = new Whereabouts(tree);
    this.keptTree = new KeptTree(tree, incomplete, whereabouts);
  }

  /** What one barrier does. */
  private static final class Round {
    private final Order order = new Order();
    private final Set<FileName> again = new HashSet<>();
    private final long batch;
    private long gone;

    Round(long batch) {
      this.batch = batch;
    }
  }

  @Override
  public long upTo(long batch) {
    List<FileName> due = new ArrayList<>();
    limbo.upTo(batch).forEach(due::add);
    if (due.isEmpty()) {
      return 0;
    }
    Round round = new Round(batch);
    try {
      begin(round.order, due);
    } catch (PosixException e) {
      // What lies in what cannot be told: put back in another order, some would find no place.
      LOG.warn("Nothing of limbo can be put back yet: {}", e.getMessage());
      return 0;
    }
    for (FileName item = round.order.next(); item != null; item = round.order.next()) {
      try {
        release(item, round);
      } catch (PosixException e) {
        LOG.warn("An item of limbo ({}) cannot be put back yet: {}", item, e.getMessage());
        round.order.failed(item);
      }
      tree.directories().trim();
    }
    return round.gone;
  }

  private void begin(Order order, List<FileName> due) throws PosixException {
    // The oldest first: what comes to the same place after it is newer.
    due.sort(Comparator.comparingLong(limbo::batch));
    for (FileName item : due) {
      order.add(item, into(item), true);
    }
    Set<FileName> isDue = new HashSet<>(due);
    for (FileName item : limbo.all()) {
      if (!isDue.contains(item)) {
        order.add(item, into(item), false);
      }
    }
    order.begin();
  }

  private @Nullable FileName into(FileName item) throws PosixException {
    Optional<Place> from = origins.of(item);
    return from.isEmpty() ? null : whereabouts.item(from.get().directory());
  }

  private void release(FileName item, Round round) throws PosixException {
    Found found = tree.look(tree.directories().limbo(), item);
    if (found == null) {
      limbo.left(item);
    } else if (found.isForeign()) {
      tree.setAside(found);
    } else if (origins.isGoing(item)) {
      goes(item, round);
    } else if (!found.isDirectory() && whereabouts.livesOn(found)) {
      tree.remove(found);
    } else {
      putBack(found, round);
    }
    if (!limbo.contains(item)) {
      round.order.done(item);
    } else if (!round.again.remove(item)) {
      round.order.failed(item);
    } else {
      round.order.again(item);
    }
  }

  private void putBack(Found found, Round round) throws PosixException {
    Optional<Place> from = origins.of(found.name());
    Directory home = from.isEmpty() ? null : tree.directories().get(from.get().directory());
    if (from.isEmpty() || home == null) {
      setAside(found, from, round);
      return;
    }
    Found now = tree.look(home, from.get().name());
    if (now != null && now.isForeign()) {
      tree.setAside(now);
      now = null;
    }
    if (now == null) {
      place(found, from.get(), round);
    } else if (now.isKept()) {
      placeOver(now, found, from.get(), round);
    } else if (found.isDirectory() && now.isDirectory()) {
      Gfid target = now.mark().orElseThrow().gfid();
      dissolve(found, target, whereabouts.item(target), round);
    } else {
      goes(found.name(), round);
    }
  }

  /** Puts it at its free place. */
  private void place(Found found, Place to, Round round) throws PosixException {
    keptTree.keep(found, round.batch);
    Found kept = tree.look(found.directory(), found.name());
    Directory home = tree.directories().get(to.directory());
    if (kept == null || home == null) {
      throw new PosixException("openat2", to.name().toBytes(), Errno.ENOENT);
    }
    try {
      tree.move(kept, KEPT, home, to.name());
    } catch (PosixException e) {
      if (!e.is(Errno.EINVAL)) {
        throw e;
      }
      setAside(kept, Optional.of(to), round); // its place lies in itself
    }
  }

  /** Its place holds what came back to it earlier, and is older. */
  private void placeOver(Found now, Found found, Place to, Round round) throws PosixException {
    if (now.sameInode(found)) {
      tree.remove(found);
    } else if (found.isDirectory() && now.isDirectory()) {
      Gfid gfid = found.isKept() ? identified(found) : found.mark().orElseThrow().gfid();
      FileName older = enter(now, KEPT, to, round.batch);
      Found item = tree.look(tree.directories().limbo(), older);
      if (item != null) {
        dissolve(item, gfid, found.name(), round);
      }
      round.again.add(found.name());
    } else if (found.isKept()) {
      goes(found.name(), round);
    } else {
      FileName older = limbo.nameFor(KEPT);
      origins.noteGoing(older);
      limbo.entered(older, round.batch);
      tree.move(now, KEPT, tree.directories().limbo(), older);
      place(found, to, round);
      round.gone += discard.all(List.of(older));
    }
  }

  private FileName enter(Found found, Gfid gfid, Place from, long batch) throws PosixException {
    FileName item = limbo.nameFor(gfid);
    origins.note(item, from);
    limbo.entered(item, batch);
    tree.move(found, gfid, tree.directories().limbo(), item);
    return item;
  }

  /**
   * What is in a directory becomes items that came from another one, and itself it goes.
   *
   * @param into the item in which that other one lies, or null
   */
  private void dissolve(Found item, Gfid target, @Nullable FileName into, Round round)
      throws PosixException {
    Gfid gfid = item.mark().orElseThrow().gfid();
    try (Node node = tree.open(item.directory(), item.name())) {
      if (node == null) {
        return;
      }
      Directory directory = tree.directories().unlocked(new Directory(gfid, node.descriptor()));
      for (FileName name : tree.names(directory)) {
        Found inside = tree.look(directory, name);
        if (inside != null && inside.isForeign()) {
          tree.setAside(inside);
        } else if (inside != null) {
          Gfid below = inside.mark().orElseThrow().gfid();
          FileName next = enter(inside, below, new Place(target, name), limbo.batch(item.name()));
          round.order.addReady(next, into);
        }
      }
    }
    tree.remove(item);
  }

  private void goes(FileName item, Round round) throws PosixException {
    origins.noteGoing(item);
    round.gone += discard.all(List.of(item));
  }

  private void setAside(Found found, Optional<Place> from, Round round) throws PosixException {
    keptTree.keep(found, round.batch);
    EntryPath path =
        from.map(place -> tree.directories().path(place.directory()).resolve(place.name()))
            .orElse(EntryPath.of(List.of(found.name())));
    tree.setAside(
        found,
        path,
        "was deleted on the primary, and the directory it was in is not known any more");
  }

  /** A kept directory gets a gfid for as long as names are put into it. */
  private Gfid identified(Found kept) throws PosixException {
    UUID random = UUID.randomUUID();
    Gfid gfid =
        Gfid.of(
            ByteBuffer.allocate(18)
                .put(new byte[] {0, 2})
                .putLong(random.getMostSignificantBits())
                .putLong(random.getLeastSignificantBits())
                .array());
    tree.identify(kept, Mark.ofDirectory(gfid, false));
    return gfid;
  }
}
