package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;

/**
 * Carries out one reconciliation step.
 *
 * <p>In order: directories and contents that are in doubt lose their marks of being right, before
 * anything can rely on them; attributes by gfid; names are detached from what does not belong
 * there; names are attached, parents first, until nothing moves any more; directories get their own
 * attributes back, which every change of a name spoilt. Whatever fails is reported and its
 * neighbours go on.
 *
 * <p>A name whose directory is not here is dropped: when that directory comes it is made
 * incomplete, and so listed whole. Nothing is durable before the next barrier; a crash at any point
 * leaves a tree from which the same request, sent again, gets to the same end.
 */
public final class Reconciler {
  private static final int SMALL_DIRECTORY_MODE = 0755;

  private final Libc libc;
  private final Tree tree;
  private final Directories directories;
  private final Inventory inventory;
  private final Touched touched;
  private final Contents contents;
  private final Metadata metadata;
  private final Departures departures;
  private final Adoption adoption;
  private final Attachment attachment;
  private final Incomplete incomplete;
  private final Awaiting awaiting;
  private final Listings listings;
  private final Keeping keeping;

  Reconciler(
      Libc libc,
      Tree tree,
      Inventory inventory,
      Touched touched,
      Contents contents,
      Metadata metadata,
      Departures departures,
      Adoption adoption,
      Attachment attachment,
      Incomplete incomplete,
      Awaiting awaiting,
      Keeping keeping) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.directories = tree.directories();
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.contents = Objects.requireNonNull(contents, "contents is null");
    this.metadata = Objects.requireNonNull(metadata, "metadata is null");
    this.departures = Objects.requireNonNull(departures, "departures is null");
    this.adoption = Objects.requireNonNull(adoption, "adoption is null");
    this.attachment = Objects.requireNonNull(attachment, "attachment is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.awaiting = Objects.requireNonNull(awaiting, "awaiting is null");
    this.listings = new Listings(tree, awaiting);
    this.keeping = Objects.requireNonNull(keeping, "keeping is null");
  }

  /** What one step gathers. */
  private static final class Step {
    private final Attachment.Answer answer;
    private final Failures failures;
    private final Set<Place> failed = new HashSet<>();
    private final Map<Gfid, Set<FileName>> present = new HashMap<>();
    private final Set<Place> seen = new HashSet<>();

    Step(long batch, Tree tree, Failures failures) {
      this.answer =
          new Attachment.Answer(
              batch, new Needs(), new ArrayList<>(), new HashSet<>(), new LinkGroups(tree));
      this.failures = failures;
    }

    boolean isFree(Place place) {
      Set<FileName> names = present.get(place.directory());
      return names == null
          ? answer.made().contains(place.directory()) // each name of it is wanted once
          : !names.contains(place.name());
    }
  }

  /** Carries it out. */
  public Reply.Reconciled apply(Request.Reconcile request) {
    Step step = new Step(request.batch(), tree, new Failures(directories, inventory));
    doubt(request, step);
    AgentFailpoint.RECONCILE_DOUBTED.reached();
    for (EntryState state : request.metadata()) {
      try {
        metadata
            .set(state)
            .filter(copy -> state.isFile())
            .ifPresent(copy -> step.answer.needs().wanted(state, copy));
      } catch (PosixException e) {
        step.failures.add(state.gfid(), e);
      }
      directories.trim();
    }
    AgentFailpoint.RECONCILE_ATTRIBUTES.reached();
    Fold fold = new Fold();
    for (Want.At want : request.wants()) {
      fold.add(want.directory(), want.want());
      step.seen.add(new Place(want.directory(), want.want().name()));
    }
    for (Listing listing : request.listings()) {
      try {
        listings.take(listing, fold, step.present);
      } catch (PosixException e) {
        listings.doubt(listing.directory());
        step.failures.add(listing.directory(), e);
      }
      directories.trim();
    }
    Map<Place, Want> wants = fold.wants();
    if (keeping.addsNothing()) {
      wants.entrySet().removeIf(each -> isNew(each.getKey(), each.getValue(), step));
    }
    detach(wants, step);
    AgentFailpoint.RECONCILE_DETACHED.reached();
    attach(wants, step);
    attachment.finish(step.answer, step.failures);
    AgentFailpoint.RECONCILE_ATTACHED.reached();
    settle(request.directories(), step);
    AgentFailpoint.RECONCILE_SETTLED.reached();
    List<Gfid> listed = listed(request.listings(), step);
    return new Reply.Reconciled(
        step.answer.needs().all(),
        step.answer.loops(),
        incomplete.wanted(),
        listed,
        step.failures.all());
  }

  private void doubt(Request.Reconcile request, Step step) {
    for (Gfid gfid : request.doubts()) {
      try {
        Directory directory = directories.get(gfid);
        if (directory != null) {
          doubt(directory, request.batch());
        }
      } catch (PosixException e) {
        step.failures.add(gfid, e);
      }
      directories.trim();
    }
    for (Gfid gfid : request.dirtyContents()) {
      try {
        // First, whatever fails: what is on its way may have been read before the change.
        contents.doubt(gfid, request.batch());
        List<Found> places = tree.places(gfid);
        contents.doubt(places, request.batch());
        for (Found place : places) {
          if (place.kind() == Kind.FILE) {
            step.answer.needs().dirty(place);
          }
        }
        if (!awaiting.of(gfid).isEmpty()) {
          step.answer.needs().dirty(gfid);
        }
      } catch (PosixException e) {
        step.failures.add(gfid, e);
      }
      directories.trim();
    }
  }

  /** Notes that a directory and the files in it may have changed unseen. */
  void doubt(Directory directory, long batch) throws PosixException {
    incomplete.doubt(directory, batch);
    listings.doubt(directory.gfid());
    contents.doubtFilesOf(directory, batch);
    awaiting.filesFor(directory.gfid()).forEach(gfid -> contents.doubt(gfid, batch));
  }

  private void detach(Map<Place, Want> wants, Step step) {
    for (Map.Entry<Place, Want> each : wants.entrySet()) {
      Place place = each.getKey();
      awaiting.cancelUnless(place, gfid(each.getValue()));
      if (!step.isFree(place)) {
        try {
          detach(place, each.getValue(), step);
        } catch (PosixException e) {
          step.failed.add(place);
          if (keeping.keepsUnseen()
              && each.getValue() instanceof Want.Absent
              && !step.seen.contains(place)) {
            // Tried again by its name it would count as told of, and go for good.
            listings.doubt(place.directory());
            step.failures.add(place.directory(), e);
          } else {
            step.failures.add(place, gfid(each.getValue()), e);
          }
        }
        directories.trim();
      }
    }
  }

  private void detach(Place place, Want want, Step step) throws PosixException {
    long batch = step.answer.batch();
    if (want instanceof Want.Covered || want instanceof Want.Excluded) {
      inventory.entry(place).ifPresent(entry -> inventory.put(place, entry.asKept(true)));
      return;
    }
    Directory directory = directories.get(place.directory());
    if (directory == null || tree.isReserved(directory, place.name())) {
      return;
    }
    Found now = tree.look(directory, place.name());
    boolean seen = step.seen.contains(place);
    if (now == null) {
      forget(place);
      if (seen) {
        departures.isGone(place);
      }
      return;
    }
    if (!(want instanceof Want.Present present)) {
      if (now.isForeign() && keeping.keepsForeign()) {
        return;
      }
      if (keeping.keepsUnseen() && adoption.tryToKeep(now)) {
        inventory.put(place, Entry.of(Mark.KEPT.gfid(), now.kind()));
      } else {
        leave(now, batch, seen);
      }
      return;
    }
    EntryState state = present.state();
    if (now.isKept() && state.isDirectory() && adoption.tryToReuse(now, state.gfid(), batch)) {
      return;
    }
    if (now.isForeign()) {
      Found taken = adoption.tryToAdopt(now, state, batch);
      if (taken == null) {
        departures.leave(now, batch);
        return;
      }
      now = taken;
    }
    if (now.is(state.gfid()) && now.kind() == state.kind()) {
      return;
    }
    if (state.isDirectory() || now.isDirectory()) {
      leave(now, batch, seen);
    } else if (tree.find(state.gfid(), any -> true) != null) {
      departures.giveWay(now, batch);
    }
    // Else what is there keeps its name, whole, until what belongs there has arrived.
  }

  private void leave(Found now, long batch, boolean seen) throws PosixException {
    if (seen) {
      departures.leave(now, batch);
    } else {
      departures.leaveUnseen(now, batch);
    }
  }

  /** Returns whether the secondary has neither this name nor what belongs there elsewhere. */
  private boolean isNew(Place place, Want want, Step step) {
    if (!(want instanceof Want.Present present)) {
      return false;
    }
    try {
      Gfid gfid = present.state().gfid();
      Directory directory = directories.get(place.directory());
      if (directory == null
          || directories.get(gfid) != null
          || !tree.places(gfid).isEmpty()
          || !awaiting.of(gfid).isEmpty()) {
        return false;
      }
      Found now = step.isFree(place) ? null : tree.look(directory, place.name());
      return now == null || now.isForeign();
    } catch (PosixException e) {
      step.failures.add(place, gfid(want), e);
      return true; // it must not come only because nobody could tell
    } finally {
      directories.trim();
    }
  }

  /** Nothing is at the name, whatever the inventory says: others removed it. */
  private void forget(Place place) {
    Optional<Entry> entry = inventory.entry(place);
    if (entry.isPresent()) {
      inventory.removePlace(entry.get().gfid(), place);
      inventory.remove(place);
    }
  }

  private void attach(Map<Place, Want> wants, Step step) {
    Map<Place, Want> left = new LinkedHashMap<>(wants);
    left.keySet().removeAll(step.failed);
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Iterator<Map.Entry<Place, Want>> all = left.entrySet().iterator(); all.hasNext(); ) {
        Map.Entry<Place, Want> each = all.next();
        if (attach(each.getKey(), each.getValue(), step)) {
          all.remove();
          moved |= each.getValue() instanceof Want.Present present && present.state().isDirectory();
        }
        directories.trim();
      }
    }
  }

  /** Returns false if the directory is not here, which a later attachment may change. */
  private boolean attach(Place place, Want want, Step step) {
    try {
      Directory directory = directories.get(place.directory());
      if (directory == null) {
        return false;
      }
      if (tree.isReserved(directory, place.name())) {
        return true;
      }
      if (want instanceof Want.Present present) {
        attachment.attach(
            directory, place.name(), present.state(), step.isFree(place), step.answer);
        kept(place, false);
      } else if (want instanceof Want.Covered) {
        cover(directory, place.name());
      }
    } catch (PosixException e) {
      step.failures.add(place, gfid(want), e);
    }
    return true;
  }

  private void kept(Place place, boolean kept) {
    inventory
        .entry(place)
        .filter(entry -> entry.kept() != kept)
        .ifPresent(entry -> inventory.put(place, entry.asKept(kept)));
  }

  private void cover(Directory directory, FileName name) throws PosixException {
    if (tree.look(directory, name) == null) {
      touched.beforeChange(directory);
      libc.mkdirat(directory.descriptor(), name.toBytes(), SMALL_DIRECTORY_MODE);
    }
  }

  /** Directories' own attributes, after all else. */
  private void settle(List<EntryState> states, Step step) {
    Map<Gfid, PosixException> spoilt = touched.restore(directories);
    for (EntryState state : states) {
      try {
        Directory directory = directories.get(state.gfid());
        if (directory != null) {
          metadata.set(directory, state);
        }
        spoilt.remove(state.gfid());
      } catch (PosixException e) {
        step.failures.add(state.gfid(), e);
      }
      directories.trim();
    }
    spoilt.putAll(touched.restore(directories));
    spoilt.forEach(step.failures::add);
  }

  private List<Gfid> listed(List<Listing> parts, Step step) {
    Set<Gfid> done = new LinkedHashSet<>();
    for (Listing part : parts) {
      try {
        if (listings.isDone(part)) {
          incomplete.listed(part.directory());
          done.add(part.directory());
        }
      } catch (PosixException e) {
        step.failures.add(part.directory(), e);
      }
      directories.trim();
    }
    return List.copyOf(done);
  }

  private static Optional<Gfid> gfid(Want want) {
    return want instanceof Want.Present present
        ? Optional.of(present.state().gfid())
        : Optional.empty();
  }
}
