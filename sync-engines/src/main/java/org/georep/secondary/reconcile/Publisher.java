package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.receive.Bases;
import org.georep.secondary.receive.Received;
import org.georep.secondary.tree.Arrival;
import org.georep.secondary.tree.Attributes;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Stage;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * Makes a complete file from the stage visible under all names of its gfid, in limbo too, and under
 * those that wait for it.
 *
 * <p>It gets its mark, with the token of its contents, and its attributes in the stage; then one
 * rename a name. Each name shows the whole old version or the whole new one. A crash between two
 * renames leaves two inodes of one gfid, which the next look reports as needing data. What is
 * published is durable after the next barrier.
 */
public final class Publisher {
  private final Tree tree;
  private final Directories directories;
  private final Stage stage;
  private final Attributes attributes;
  private final Touched touched;
  private final Contents contents;
  private final Departures departures;
  private final Awaiting awaiting;
  private final Inventory inventory;
  private final SameContents same;

  Publisher(
      Libc libc,
      Tree tree,
      Stage stage,
      Attributes attributes,
      Touched touched,
      Contents contents,
      Departures departures,
      Awaiting awaiting,
      Inventory inventory) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.directories = tree.directories();
    this.stage = Objects.requireNonNull(stage, "stage is null");
    this.attributes = Objects.requireNonNull(attributes, "attributes is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.contents = Objects.requireNonNull(contents, "contents is null");
    this.departures = Objects.requireNonNull(departures, "departures is null");
    this.awaiting = Objects.requireNonNull(awaiting, "awaiting is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.same = new SameContents(libc);
  }

  /** What one request gathers. */
  private static final class Step {
    private final List<Gfid> published = new ArrayList<>();
    private final List<Gfid> unwanted = new ArrayList<>();
    private final List<Gfid> missing = new ArrayList<>();
    private final Set<Gfid> touched = new LinkedHashSet<>();
  }

  /** A barrier claims batches up to this one: no contents read for them are still to come. */
  public void claimed(long upToBatch) {
    contents.claimed(upToBatch);
  }

  /** Carries it out. */
  public Reply.Published publish(Request.Publish request) {
    Step step = new Step();
    Failures failures = new Failures(directories, inventory);
    for (Request.Staged staged : request.files()) {
      try {
        publish(
            staged.state(),
            request.batch(),
            step,
            () -> stage.arrived(request.job(), staged.path()));
      } catch (PosixException e) {
        failures.add(staged.state().gfid(), e);
      }
      directories.trim();
    }
    touched.restore(directories);
    return new Reply.Published(
        step.published, step.unwanted, step.missing, failures.all(), new ArrayList<>(step.touched));
  }

  /** Publishes what a stream brought. */
  public Reply.Published publish(List<Received> files) {
    Step step = new Step();
    Failures failures = new Failures(directories, inventory);
    for (Received file : files) {
      Gfid gfid = file.state().gfid();
      boolean done = false;
      try {
        if (file.wrong()) {
          step.missing.add(gfid);
        } else if (file.failure().isPresent()) {
          failures.add(gfid, file.failure().get());
        } else {
          done = publish(file, step);
        }
      } catch (PosixException e) {
        failures.add(gfid, e);
      }
      if (!done) {
        drop(file);
      }
      directories.trim();
    }
    touched.restore(directories);
    return new Reply.Published(
        step.published, step.unwanted, step.missing, failures.all(), new ArrayList<>(step.touched));
  }

  /**
   * Opens the copy of a file for reading, wherever it is.
   *
   * @return its size, or -1 if there is none
   */
  public long openBasis(Request.OpenBasis request, Bases bases) throws PosixException {
    try {
      for (Found found : tree.places(request.gfid())) {
        if (found.kind() == Kind.FILE) {
          try (Node node = tree.open(found.directory(), found.name())) {
            if (node != null && node.kind() == Kind.FILE) {
              return bases.open(request.basis(), node);
            }
          }
        }
      }
    } catch (PosixException e) {
      if (!e.is(Errno.EXDEV)) {
        throw e;
      }
      // A mount hides it: what is sent whole fails when it is published, and says why.
    }
    return -1;
  }

  private void drop(Received file) {
    try {
      stage.dropReceived(file.name());
    } catch (PosixException e) {
      // It stays in the stage, which is emptied at the next start.
      return;
    }
  }

  private boolean publish(Received file, Step step) throws PosixException {
    int before = step.published.size();
    if (!publishNew(file, step)) {
      publish(file.state(), file.batch(), step, () -> stage.received(file.name()));
    }
    return step.published.size() > before;
  }

  /**
   * The common case: a file nothing here has yet, for which one free name waits. Marked and with
   * all attributes as it is, it needs one rename.
   */
  private boolean publishNew(Received file, Step step) throws PosixException {
    EntryState state = file.state();
    Gfid gfid = state.gfid();
    List<Place> waiting = awaiting.of(gfid, file.batch());
    if (!file.whole()
        || waiting.size() != 1
        || !contents.isBelieved(gfid, file.batch())
        || !directories.candidates(gfid).isEmpty()) {
      return false;
    }
    Place place = waiting.get(0);
    Directory directory = directories.get(place.directory());
    if (directory == null) {
      return false;
    }
    try {
      tree.insertNew(file.name(), directory, place.name(), Contents.asVerified(state));
    } catch (PosixException e) {
      if (e.is(Errno.EEXIST, Errno.EINVAL)) {
        return false;
      }
      throw e;
    }
    AgentFailpoint.PUBLISH_DONE.reached();
    awaiting.done(gfid, file.batch());
    step.touched.add(place.directory());
    step.published.add(gfid);
    return true;
  }

  private interface Opening {
    @Nullable Arrival open() throws PosixException;
  }

  private void publish(EntryState state, long batch, Step step, Opening opening)
      throws PosixException {
    boolean believed = contents.isBelieved(state.gfid(), batch);
    // Of another kind is another inode: a directory of this gfid may be on its way out in limbo.
    List<Found> old = Metadata.ofKind(tree.places(state.gfid()), state);
    List<Place> names = names(state.gfid(), batch, old);
    if (names.isEmpty()) {
      step.unwanted.add(state.gfid());
      return;
    }
    List<Node> kept = List.of();
    try (Arrival arrival = opening.open()) {
      if (arrival == null || !isWhole(arrival.node(), state)) {
        step.missing.add(state.gfid());
        return;
      }
      Node node = arrival.node();
      checkAlone(node, old);
      Mark mark = Mark.of(state.gfid(), state.token());
      tree.mark(node, believed ? mark : mark.doubted());
      AgentFailpoint.PUBLISH_MARKED.reached();
      boolean done = false;
      try {
        attributes.set(node, state, true);
        AgentFailpoint.PUBLISH_READY.reached();
        kept = keepChanged(old, node);
        publish(arrival, state.gfid(), names, batch);
        AgentFailpoint.PUBLISH_DONE.reached();
        done = true;
      } finally {
        if (!done) {
          attributes.withdraw(node);
          for (Node each : kept) {
            each.close();
          }
        }
      }
    }
    awaiting.done(state.gfid(), batch);
    if (believed) {
      contents.verified(state);
    } else {
      contents.doubtEntries(state.gfid());
    }
    for (Place place : names) {
      if (!place.directory().equals(Directory.LIMBO)) {
        step.touched.add(place.directory());
      }
    }
    step.published.add(state.gfid());
    // Last: should that fail, it is published all the same.
    for (Node each : kept) {
      tree.release(each);
    }
  }

  /** What somebody else changed is kept before the names show something else. */
  private List<Node> keepChanged(List<Found> old, Node arrived) throws PosixException {
    List<Node> kept = new ArrayList<>();
    Set<Long> inodes = new HashSet<>(Set.of(arrived.stat().inode()));
    for (Found found : old) {
      if (found.isChangedByOthers()
          && inodes.add(found.stat().inode())
          && !isAgain(found, arrived)) {
        kept.add(tree.keepAside(found));
      }
    }
    return kept;
  }

  /** Returns whether what arrived is what is there: then nothing is lost with it. */
  private boolean isAgain(Found found, Node arrived) throws PosixException {
    try (Node node = tree.open(found.directory(), found.name())) {
      return node != null
          && node.stat().inode() == found.stat().inode()
          && same.areIn(node, arrived);
    }
  }

  private List<Place> names(Gfid gfid, long batch, List<Found> old) throws PosixException {
    Set<Place> names = new LinkedHashSet<>();
    old.forEach(found -> names.add(found.place()));
    for (Place place : awaiting.of(gfid, batch)) {
      if (directories.get(place.directory()) != null) {
        names.add(place);
      }
    }
    return List.copyOf(names);
  }

  /** An engine may have linked what it found unchanged; of this file that is fine, of no other. */
  private static void checkAlone(Node node, List<Found> old) throws PosixException {
    if (node.stat().nlink() > 1
        && old.stream().noneMatch(found -> found.stat().inode() == node.stat().inode())) {
      throw new PosixException("publish", new byte[0], Errno.EMLINK);
    }
  }

  /** The first name by the rename out of the stage, the others by links to that one. */
  private void publish(Arrival arrival, Gfid gfid, List<Place> names, long batch)
      throws PosixException {
    long inode = arrival.node().stat().inode();
    Found first = null;
    for (Place place : names) {
      Directory directory = directories.get(place.directory());
      if (directory == null) {
        continue;
      }
      if (first == null) {
        insert(arrival, gfid, directory, place.name(), batch);
        first =
            new Found(directory, place.name(), arrival.node().stat(), Optional.of(Mark.of(gfid)));
        AgentFailpoint.PUBLISH_NAMED.reached();
      } else {
        Found now = tree.look(directory, place.name());
        if (now == null || now.stat().inode() != inode) {
          tree.link(first, gfid, directory, place.name(), way(now, gfid, batch));
        }
      }
    }
  }

  private void insert(Arrival arrival, Gfid gfid, Directory directory, FileName name, long batch)
      throws PosixException {
    try {
      tree.insert(arrival, gfid, directory, name, null);
    } catch (PosixException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      Found now = tree.look(directory, name);
      if (now != null && now.stat().inode() == arrival.node().stat().inode()) {
        return; // the engine linked it: its name in the stage goes with the job
      }
      tree.insert(arrival, gfid, directory, name, way(now, gfid, batch));
    }
  }

  private static boolean isWhole(Node node, EntryState state) {
    return node.kind() == Kind.FILE && node.stat().size() == state.size();
  }

  private @Nullable Found way(@Nullable Found now, Gfid gfid, long batch) throws PosixException {
    return now == null || now.is(gfid) ? now : departures.giveWay(now, batch);
  }
}
