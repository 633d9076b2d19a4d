package org.georep.secondary.retain;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * its place: what a crash leaves is done by the next barrier. Memory holds the items that wait for
 * each other, not all of them.
 */
public final class PutBack implements Release {
  private static final Logger LOG = LoggerFactory.getLogger(PutBack.class);
  private static final Gfid KEPT = Mark.KEPT.gfid();

  /** So many items leave limbo in one call: what the inventory is to write is held in memory. */
  public static final int AT_ONCE = 10_000;

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

  /** What one call does. */
  private static final class Round {
    private final long batch;
    private final Deque<Step> steps = new ArrayDeque<>();
    private final List<FileName> dissolved = new ArrayList<>();
    private boolean again;
    private long left;
    private long gone;

    Round(long batch) {
      this.batch = batch;
    }
  }

  @Override
  public Released upTo(long batch) {
    Round round = new Round(batch);
    // The oldest first: what comes to the same place after it is newer.
    for (FileName item : limbo.upTo(batch)) {
      if (limbo.contains(item)) {
        round.steps.push(new Step(item, null));
      }
      while (!round.steps.isEmpty()) {
        Step step = round.steps.element();
        try {
          go(step, round);
        } catch (PosixException e) {
          LOG.warn("An item of limbo ({}) cannot be put back yet: {}", step.item(), e.getMessage());
          round.dissolved.clear(); // they are items of limbo, and go with the next barrier
          round.again = false;
          end(step, round);
        }
        tree.directories().trim();
      }
      if (round.left >= AT_ONCE) {
        return new Released(round.gone, true);
      }
    }
    return new Released(round.gone, false);
  }

  private void go(Step step, Round round) throws PosixException {
    Found found = tree.look(tree.directories().limbo(), step.item());
    if (found == null) {
      limbo.left(step.item());
      end(step, round);
      return;
    }
    if (!step.hasBegun()) {
      begin(step, found);
    }
    FileName first = first(step, round);
    if (first != null) {
      round.steps.push(new Step(first, step));
    } else if (step.isBlocked()) {
      end(step, round);
    } else {
      release(found, round);
      if (!round.again) {
        end(step, round);
      }
      enterDissolved(round.again ? step : step.then(), round);
    }
  }

  private void begin(Step step, Found found) {
    if (found.isForeign() || found.isKept() || !found.isDirectory() || limbo.size() == 1) {
      step.takesInNothing();
    } else {
      Gfid gfid = found.mark().orElseThrow().gfid();
      step.begin(new Below(tree, whereabouts, gfid, directory -> {}));
    }
  }

  /** Returns an item that goes before; null if none does, or one does that cannot go yet. */
  private @Nullable FileName first(Step step, Round round) throws PosixException {
    FileName item = step.isBlocked() ? null : step.next(origins);
    while (item != null) {
      if (limbo.contains(item) && limbo.batch(item) > round.batch) {
        step.block();
        return null;
      }
      // Of two directories that came out of each other, one has to go first.
      if (limbo.contains(item) && !step.waits(item)) {
        return item;
      }
      item = step.next(origins);
    }
    return null;
  }

  /** It left limbo, or what waits for it waits longer. */
  private void end(Step step, Round round) {
    round.steps.remove(step);
    Step then = step.then();
    if (!limbo.contains(step.item())) {
      round.left++;
    } else if (then != null) {
      then.block();
    }
  }

  /** What was in directories that are no more goes on by itself. */
  private void enterDissolved(@Nullable Step then, Round round) {
    for (FileName item : round.dissolved) {
      Step step = new Step(item, then);
      step.takesInNothing();
      round.steps.push(step);
    }
    round.dissolved.clear();
    round.again = false;
  }

  private void release(Found found, Round round) throws PosixException {
    if (found.isForeign()) {
      tree.setAside(found);
    } else if (origins.isGoing(found.name())) {
      goes(found.name(), round);
    } else if (!found.isDirectory() && whereabouts.livesOn(found)) {
      tree.remove(found);
    } else {
      putBack(found, round);
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
      dissolve(found, now.mark().orElseThrow().gfid(), round);
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
        dissolve(item, gfid, round);
      }
      round.again = true;
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

  /** What is in a directory becomes items that came from another one, and itself it goes. */
  private void dissolve(Found item, Gfid target, Round round) throws PosixException {
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
          Place from = new Place(target, name);
          round.dissolved.add(enter(inside, below, from, limbo.batch(item.name())));
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
