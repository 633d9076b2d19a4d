package org.georep.replicator.apply;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
 * The entry phase of one step: every dirty name is looked at now, by its directory's identity, and
 * what is there is sent as desired state, together with the attributes of each directory concerned;
 * directories to be listed are listed and looked at name by name. Requests go out while the next
 * looks are made, and contents that an answer says are needed are handed on as soon as it is here.
 *
 * <p>Invariants: looks are sent in the order they were made, so the agent's last look at a name is
 * the latest. A directory that is gone is dropped, for its own name is dirty too; one that is
 * outside is reported as doubtful. A look that fails becomes a failure of that one name. For one
 * thread.
 */
public final class EntryPhase {
  /**
   * Wants in one request: large enough to spare round trips, small enough to stay far below a
   * frame.
   */
  private static final int WANTS = 2_000;

  /** Bytes of one request at most, as estimated: extended attributes may be long. */
  private static final long BYTES = 4 << 20;

  private final PrimaryTree tree;
  private final Agent agent;
  private final Filter filter;
  private final DataPhase contents;

  /**
   * Makes it for one connection.
   *
   * @param contents hears of each file looked at, at once
   */
  public EntryPhase(PrimaryTree tree, Agent agent, Filter filter, DataPhase contents) {
    this.tree = tree;
    this.agent = agent;
    this.filter = filter;
    this.contents = contents;
  }

  /** Where files whose contents are needed go, in the thread of the phase. */
  public interface Needs {
    /** Takes some; waits while there is no room for more. */
    void take(List<FileJob> jobs) throws InterruptedException;
  }

  /**
   * Carries out a step.
   *
   * @param needs gets each file whose contents are needed, once unless it changed between looks
   */
  public StepResult run(Step step, Needs needs) throws IOException, InterruptedException {
    Run run = new Run(step, needs);
    run.looks();
    return run.result();
  }

  /**
   * Sends attributes of what publishing touched, as they are now: directories, and files overtaken.
   *
   * @return what could not be looked at or set
   */
  public List<Reply.Failure> refresh(long batch, Iterable<Gfid> touched)
      throws IOException, InterruptedException {
    List<EntryState> files = new ArrayList<>();
    List<EntryState> directories = new ArrayList<>();
    List<Reply.Failure> failures = new ArrayList<>();
    for (Gfid gfid : touched) {
      try {
        Optional<EntryState> state = tree.look(gfid, Optional.empty());
        if (state.isPresent()) {
          (state.get().isDirectory() ? directories : files).add(state.get());
        }
      } catch (PosixException e) {
        failures.add(unreadable(Optional.empty(), Optional.of(gfid), e));
      }
    }
    if (!files.isEmpty() || !directories.isEmpty()) {
      Reply.Reconciled reconciled =
          agent.ask(
              new Request.Reconcile(
                  batch, List.of(), List.of(), files, List.of(), List.of(), directories),
              Reply.Reconciled.class);
      failures.addAll(reconciled.failures());
    }
    return failures;
  }

  private static Reply.Failure unreadable(
      Optional<Place> place, Optional<Gfid> gfid, PosixException cause) {
    String reason = String.valueOf(cause.getMessage());
    return new Reply.Failure(
        place, gfid, cause.errno(), "cannot be read on the primary: " + reason);
  }

  /** A file as it was looked at last. */
  private record Version(long size, Instant ctime) {}

  /** One step under way: the request being filled and the answers awaited. */
  private final class Run {
    private final Step step;
    private final Needs needs;
    private final StepResult result = new StepResult();
    private final Map<Gfid, Version> files = new HashMap<>();
    private final Set<Gfid> handedOn = new HashSet<>();
    private final Map<Gfid, Set<Place>> linked = new HashMap<>();
    private final Set<Place> without = new HashSet<>();
    private final Deque<CompletableFuture<Reply>> answers = new ArrayDeque<>();
    private List<Gfid> doubts = new ArrayList<>();
    private List<Gfid> dirtyContents = new ArrayList<>();
    private List<EntryState> metadata = new ArrayList<>();
    private List<Want.At> wants = new ArrayList<>();
    private List<Listing> listings = new ArrayList<>();
    private Map<Gfid, EntryState> directories = new LinkedHashMap<>();
    private int entries;
    private long bytes;

    Run(Step step, Needs needs) {
      this.step = step;
      this.needs = needs;
    }

    void looks() throws IOException, InterruptedException {
      for (Gfid doubt : step.dirty().doubts()) {
        doubt(doubt);
      }
      for (Map.Entry<Gfid, Optional<Place>> dirty : step.dirty().contents().entrySet()) {
        dirtyContents.add(dirty.getKey());
        inode(dirty.getKey(), dirty.getValue());
      }
      for (Map.Entry<Gfid, Optional<Place>> dirty : step.dirty().attributes().entrySet()) {
        if (!step.dirty().contents().containsKey(dirty.getKey())) {
          inode(dirty.getKey(), dirty.getValue());
        }
      }
      for (Map.Entry<Gfid, Set<FileName>> dirty : step.dirty().names().entrySet()) {
        names(dirty.getKey(), dirty.getValue());
      }
      for (Place subtree : step.dirty().subtrees()) {
        subtree(subtree);
      }
      for (Gfid directory : step.lists()) {
        list(directory);
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
            if (path.isPresent() && filter.leavesOut(path.get(), true)) {
              return;
            }
            for (FileName name : names) {
              Place place = new Place(gfid, name);
              result.looked.add(place);
              Optional<Want> want = look(directory, path, place);
              if (want.isPresent()) {
                live(want.get());
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

    private void list(Gfid gfid) throws IOException, InterruptedException {
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
          if (path.isPresent() && filter.leavesOut(path.get(), true)) {
            result.listed.add(gfid);
            return;
          }
          List<Want> part = new ArrayList<>();
          for (FileName name : directory.names()) {
            Optional<Want> want = look(directory, path, new Place(gfid, name));
            // What cannot be looked at is there all the same: it must not count as absent.
            part.add(want.orElse(new Want.Excluded(name)));
            if (isFull()) {
              listings.add(new Listing(gfid, part, first, false));
              first = false;
              part = new ArrayList<>();
              send();
            }
          }
          listings.add(new Listing(gfid, part, first, true));
          directories.put(gfid, directory.attributes());
          count(60);
        }
      } catch (PosixException e) {
        // If parts of it are with the agent already: the next listing begins it anew.
        fail(Optional.empty(), Optional.of(gfid), e);
      }
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
          if (state.nlink() > 1) {
            linked.computeIfAbsent(state.gfid(), none -> new HashSet<>()).add(place);
          }
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
      result.failures.add(unreadable(place, gfid, cause));
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
      while (!answers.isEmpty() && answers.element().isDone()) {
        takeAnswer();
      }
    }

    StepResult result() throws IOException, InterruptedException {
      while (!answers.isEmpty()) {
        takeAnswer();
      }
      linked.keySet().retainAll(result.needed);
      linked.forEach(
          (file, places) -> {
            if (contents.isUnderWay(file)) {
              contents.awaited(file, places); // those looked at after the answer, too
            }
          });
      return result;
    }

    private void takeAnswer() throws IOException, InterruptedException {
      Reply.Reconciled reconciled = Agent.await(answers.remove(), Reply.Reconciled.class);
      List<FileJob> jobs = new ArrayList<>();
      for (Reply.Needed needed : reconciled.data()) {
        if (handedOn.add(needed.gfid())) {
          jobs.add(job(needed));
          result.needed.add(needed.gfid());
          contents.awaited(needed.gfid(), linked.getOrDefault(needed.gfid(), Set.of()));
        }
      }
      result.loops.addAll(reconciled.loops());
      result.listed.addAll(reconciled.listed());
      result.failures.addAll(reconciled.failures());
      result.incomplete.clear();
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
  }
}
