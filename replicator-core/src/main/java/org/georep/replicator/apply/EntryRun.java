package org.georep.replicator.apply;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.georep.engine.FileJob;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryDirectory;
import org.georep.replicator.volume.PrimaryTree;

/**
 * One step of the entry phase under way: the request being filled and the answers awaited.
 *
 * <p>Names come first. A dirty inode that was met under one of them is not looked at once more by
 * its identity; that its contents are in doubt is told in the same request as the name, where it
 * goes first. A directory that appeared is listed at once, in place of looks at its dirty names:
 * the agent, to which it is new, would ask for that, and all its names would be looked at twice.
 * For one thread.
 */
final class EntryRun {
  /**
   * Wants in one request: large enough to spare round trips, small enough to stay far below a
   * frame.
   */
  private static final int WANTS = 2_000;

  /**
   * Looks of listings after which no further directory is listed: what a step knows of each file is
   * kept until its end, and should be forgotten while it is young. Other looks do not count:
   * however many names are dirty, each step lists some.
   */
  private static final int LOOKS = 4_000;

  /** Bytes of one request at most, as estimated: extended attributes may be long. */
  private static final long BYTES = 4 << 20;

  /** Requests sent whose answers are awaited: more than a far link needs to be busy. */
  private static final int AHEAD = 50;

  private final PrimaryTree tree;
  private final Agent agent;
  private final Filter filter;
  private final LeftOut leftOut;
  private final DataPhase contents;
  private final Step step;
  private final EntryPhase.Needs needs;
  private final StepResult result = new StepResult();
  private final Map<Gfid, Version> files = new HashMap<>();
  private final Set<Gfid> handedOn = new HashSet<>();
  private final FileNames named = new FileNames();
  private final Set<Place> without = new HashSet<>();
  private final Set<Gfid> seen = new HashSet<>();
  private final Set<Gfid> appeared = new LinkedHashSet<>();
  private final Deque<CompletableFuture<Reply>> answers = new ArrayDeque<>();
  private List<Gfid> doubts = new ArrayList<>();
  private List<Gfid> dirtyContents = new ArrayList<>();
  private List<EntryState> metadata = new ArrayList<>();
  private List<Want.At> wants = new ArrayList<>();
  private List<Listing> listings = new ArrayList<>();
  private Map<Gfid, EntryState> directories = new LinkedHashMap<>();
  private int entries;
  private long bytes;

  EntryRun(
      PrimaryTree tree,
      Agent agent,
      Filter filter,
      LeftOut leftOut,
      DataPhase contents,
      Step step,
      EntryPhase.Needs needs) {
    this.tree = tree;
    this.agent = agent;
    this.filter = filter;
    this.leftOut = leftOut;
    this.contents = contents;
    this.step = step;
    this.needs = needs;
  }

  /** Makes all looks and sends them. */
  void looks() throws IOException, InterruptedException {
    for (Gfid doubt : step.dirty().doubts()) {
      doubt(doubt);
    }
    for (Map.Entry<Gfid, Set<FileName>> dirty : step.dirty().names().entrySet()) {
      if (appeared.remove(dirty.getKey())) {
        list(dirty.getKey(), dirty.getValue());
      } else {
        names(dirty.getKey(), dirty.getValue());
      }
    }
    for (Gfid directory : appeared) {
      list(directory, Set.of());
    }
    for (Map.Entry<Gfid, Optional<Place>> dirty : step.dirty().contents().entrySet()) {
      if (!seen.contains(dirty.getKey())) {
        dirtyContents.add(dirty.getKey());
        inode(dirty.getKey(), dirty.getValue());
      }
    }
    for (Map.Entry<Gfid, Optional<Place>> dirty : step.dirty().attributes().entrySet()) {
      if (!seen.contains(dirty.getKey()) && !step.dirty().contents().containsKey(dirty.getKey())) {
        inode(dirty.getKey(), dirty.getValue());
      }
    }
    for (Place subtree : step.dirty().subtrees()) {
      subtree(subtree);
    }
    long until = result.looks + LOOKS;
    for (Gfid directory : step.lists()) {
      if (result.looks < until) {
        list(directory, Set.of());
      } else {
        result.left.add(directory);
      }
    }
    send();
    // Not before the other name of a rename was looked at.
    without.forEach(tree::learnAbsent);
  }

  private void doubt(Gfid directory) {
    doubts.add(directory);
    count(40);
  }

  private void inode(Gfid gfid, Optional<Place> hint) throws IOException {
    try {
      Optional<EntryState> state = tree.look(gfid, hint);
      result.looks++;
      result.inodes++;
      if (state.isPresent()) {
        if (state.get().isDirectory()) {
          directories.put(gfid, state.get());
        } else {
          hint.ifPresent(place -> tree.learnFile(gfid, place));
          metadata.add(state.get());
          file(state.get());
        }
        count(weight(state.get()));
      }
    } catch (PosixException e) {
      // Not by its name: that may go to another, and what is dirty is this.
      fail(Optional.empty(), Optional.of(gfid), e);
    }
  }

  private void names(Gfid gfid, Set<FileName> names) throws IOException, InterruptedException {
    try {
      PrimaryTree.Found found = tree.directory(gfid);
      if (found instanceof PrimaryTree.Found.Outside) {
        doubt(gfid);
      } else if (found instanceof PrimaryTree.Found.Inside inside) {
        try (PrimaryDirectory directory = inside.directory()) {
          Optional<EntryPath> path = pathForFilter(gfid);
          if (isLeftOut(gfid, path)) {
            return;
          }
          for (FileName name : names) {
            Place place = new Place(gfid, name);
            result.looked.add(place);
            Optional<Want> want = look(directory, path, place);
            if (want.isPresent()) {
              moved(want.get(), place);
              live(want.get());
              seen(want.get());
              appeared(want.get());
              wants.add(new Want.At(gfid, want.get()));
              if (isFull()) {
                directories.put(gfid, directory.attributes());
                send();
              }
            }
          }
          directories.put(gfid, directory.attributes());
        }
      }
    } catch (PosixException e) {
      fail(Optional.empty(), Optional.of(gfid), e);
    }
  }

  /**
   * A want brings all attributes along, so that what has one needs no look by its identity. Only
   * directories do: the name tells whose place it is, and they are kept by identity.
   */
  private void seen(Want want) {
    if (want instanceof Want.Present present && !present.state().isDirectory()) {
      Gfid gfid = present.state().gfid();
      if (!seen.add(gfid)) {
        return;
      }
      if (step.dirty().contents().containsKey(gfid)) {
        dirtyContents.add(gfid); // in the same request, where it goes first
        count(40);
        result.inodes++;
      } else if (step.dirty().attributes().containsKey(gfid)) {
        result.inodes++;
      }
    }
  }

  /**
   * What appeared within the journal's portion is most likely new to the agent, which would ask for
   * its listing: made at once, that spares looking at its names a second time.
   */
  private void appeared(Want want) {
    if (step.listsNew()
        && want instanceof Want.Present present
        && present.state().isDirectory()
        && step.dirty().appeared().contains(present.state().gfid())) {
      appeared.add(present.state().gfid());
    }
  }

  /** Where it is tells what is left out: below a directory that was renamed, that is to be seen. */
  private void moved(Want want, Place place) {
    if (want instanceof Want.Present present
        && present.state().isDirectory()
        && step.dirty().moved().contains(place)
        && filter.tellsPlaces()) {
      result.wholly.add(present.state().gfid());
    }
  }

  private void live(Want want) {
    if (want instanceof Want.Present present) {
      if (present.state().isDirectory()) {
        result.liveDirectories.add(present.state());
      } else if (present.state().isFile()) {
        result.liveFiles.add(present.state());
      }
    }
  }

  private void subtree(Place place) throws IOException {
    try {
      if (tree.directory(place.directory()) instanceof PrimaryTree.Found.Inside inside) {
        try (PrimaryDirectory directory = inside.directory()) {
          if (directory.look(place.name()) instanceof Want.Present present
              && present.state().isDirectory()) {
            // In doubt, and so to be listed, if the agent has it; walked whole anyway if it has
            // not.
            doubt(present.state().gfid());
          }
        }
      }
    } catch (PosixException e) {
      fail(Optional.of(place), Optional.empty(), e);
    }
  }

  /**
   * Lists a directory.
   *
   * @param dirty names in it that are dirty, and so need no other look
   */
  private void list(Gfid gfid, Set<FileName> dirty) throws IOException, InterruptedException {
    boolean first = true;
    try {
      PrimaryTree.Found found = tree.directory(gfid);
      if (found instanceof PrimaryTree.Found.Outside) {
        doubt(gfid);
      }
      if (!(found instanceof PrimaryTree.Found.Inside inside)) {
        return;
      }
      try (PrimaryDirectory directory = inside.directory()) {
        Optional<EntryPath> path = pathForFilter(gfid);
        if (isLeftOut(gfid, path)) {
          return;
        }
        dirty.forEach(name -> without.add(new Place(gfid, name)));
        Set<FileName> absent = new LinkedHashSet<>(dirty);
        List<Want> part = new ArrayList<>();
        for (FileName name : directory.names()) {
          Optional<Want> want = look(directory, path, new Place(gfid, name));
          if (want.isPresent()) {
            seen(want.get());
            wholly(gfid, want.get());
            if (absent.remove(name)) {
              moved(want.get(), new Place(gfid, name));
              live(want.get());
            }
          }
          // What cannot be looked at is there all the same: it must not count as absent.
          part.add(want.orElse(new Want.Excluded(name)));
          if (isFull()) {
            listings.add(new Listing(gfid, part, first, false));
            first = false;
            part = new ArrayList<>();
            send();
          }
        }
        for (FileName name : absent) {
          // A removal that was told of, which a name that is merely not listed is not.
          look(directory, path, new Place(gfid, name))
              .ifPresent(want -> wants.add(new Want.At(gfid, want)));
        }
        listings.add(new Listing(gfid, part, first, true));
        directories.put(gfid, directory.attributes());
        dirty.forEach(name -> result.looked.add(new Place(gfid, name)));
        count(60);
      }
    } catch (PosixException e) {
      // If parts of it are with the agent already: the next listing begins it anew.
      fail(Optional.empty(), Optional.of(gfid), e);
    }
  }

  private void wholly(Gfid directory, Want want) {
    if (step.wholly().contains(directory)
        && want instanceof Want.Present present
        && present.state().isDirectory()) {
      result.wholly.add(present.state().gfid());
    }
  }

  private boolean isLeftOut(Gfid directory, Optional<EntryPath> path) {
    if (path.isEmpty() || !filter.leavesOut(path.get(), true)) {
      leftOut.isSeen(directory);
      return false;
    }
    if (leftOut.changed(directory)) {
      doubt(directory);
    }
    return true;
  }

  /** Returns where a directory is, if there is a filter to ask and it can be told. */
  private Optional<EntryPath> pathForFilter(Gfid gfid) throws IOException {
    if (filter.isEmpty()) {
      return Optional.empty();
    }
    return gfid.equals(tree.rootGfid()) ? Optional.of(EntryPath.ROOT) : tree.path(gfid);
  }

  /** Looks at one name; nothing if the look failed, which is then noted. */
  private Optional<Want> look(PrimaryDirectory directory, Optional<EntryPath> path, Place place)
      throws IOException {
    Want want;
    result.looks++;
    result.names++;
    try {
      want = directory.look(place.name());
    } catch (PosixException e) {
      fail(Optional.of(place), Optional.empty(), e);
      return Optional.empty();
    }
    if (want instanceof Want.Present present) {
      EntryState state = present.state();
      if (path.isPresent()
          && filter.excludes(path.get().resolve(place.name()), state.isDirectory())) {
        count(40);
        return Optional.of(new Want.Excluded(place.name()));
      }
      if (state.isDirectory()) {
        tree.learn(state.gfid(), place);
        without.remove(place);
      } else {
        without.add(place);
      }
      if (state.isFile()) {
        tree.learnFile(state.gfid(), place);
        file(state);
        named.add(state.gfid(), place);
      }
      count(weight(state));
    } else {
      without.add(place);
      count(40);
    }
    return Optional.of(want);
  }

  private void file(EntryState state) {
    Version version = new Version(state.size(), state.ctime());
    Version former = files.put(state.gfid(), version);
    if (former != null && !former.equals(version)) {
      handedOn.remove(state.gfid()); // what was asked for may have been read before
    }
    contents.looked(state.gfid());
  }

  private void fail(Optional<Place> place, Optional<Gfid> gfid, PosixException cause) {
    result.failures.add(EntryPhase.unreadable(place, gfid, cause));
  }

  private void count(long weight) {
    entries++;
    bytes += weight;
  }

  private boolean isFull() {
    return entries >= WANTS || bytes >= BYTES;
  }

  private static long weight(EntryState state) {
    long weight = 150L + state.target().map(target -> target.length).orElse(0);
    for (var xattr : state.xattrs()) {
      weight += xattr.name().length + xattr.value().length + 8L;
    }
    return weight;
  }

  private void send() throws IOException, InterruptedException {
    answers.add(
        agent.send(
            new Request.Reconcile(
                step.batch(),
                doubts,
                dirtyContents,
                metadata,
                wants,
                listings,
                List.copyOf(directories.values()))));
    doubts = new ArrayList<>();
    dirtyContents = new ArrayList<>();
    metadata = new ArrayList<>();
    wants = new ArrayList<>();
    listings = new ArrayList<>();
    directories = new LinkedHashMap<>();
    entries = 0;
    bytes = 0;
    while (!answers.isEmpty() && (answers.size() > AHEAD || answers.element().isDone())) {
      takeAnswer();
    }
  }

  /** Waits for the answers still awaited. */
  StepResult result() throws IOException, InterruptedException {
    while (!answers.isEmpty()) {
      takeAnswer();
    }
    // Those looked at after the answer, too; where there is one, it was before.
    named.eachOfSeveral(result.needed, contents::awaitedToo);
    return result;
  }

  private void takeAnswer() throws IOException, InterruptedException {
    Reply.Reconciled reconciled = Agent.await(answers.remove(), Reply.Reconciled.class);
    List<FileJob> jobs = new ArrayList<>();
    for (Reply.Needed needed : reconciled.data()) {
      if (handedOn.add(needed.gfid())) {
        jobs.add(job(needed));
        result.needed.add(needed.gfid());
        contents.awaited(needed.gfid(), named.of(needed.gfid()));
      }
    }
    result.loops.addAll(reconciled.loops());
    result.listed.addAll(reconciled.listed());
    result.failures.addAll(reconciled.failures());
    reconciled.listed().forEach(result.incomplete::remove);
    result.incomplete.addAll(reconciled.incomplete());
    if (!jobs.isEmpty()) {
      needs.take(jobs);
    }
  }

  private FileJob job(Reply.Needed needed) {
    Version version = files.get(needed.gfid());
    return new FileJob(
        step.batch(),
        needed.gfid(),
        version == null ? -1L : version.size(),
        needed.have(),
        needed.sameToken());
  }

  /** A file as it was looked at last. */
  private record Version(long size, Instant ctime) {}
}
