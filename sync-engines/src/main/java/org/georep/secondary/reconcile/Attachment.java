package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.StandIn;
import org.georep.secondary.tree.Attributes;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Room;
import org.georep.secondary.tree.Stage;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * Puts at a name what belongs there: moved there, linked, made in the stage and renamed in, or,
 * where contents have to come first, reported as needed.
 *
 * <p>Made in the stage means: with its mark and attributes before it has a name, a directory also
 * with the incomplete mark. A crash leaves rubbish in the stage, or the whole inode at its name.
 */
final class Attachment {
  private static final int PRIVATE = 0700;

  private final Libc libc;
  private final Tree tree;
  private final Stage stage;
  private final Inventory inventory;
  private final Attributes attributes;
  private final Metadata metadata;
  private final Departures departures;
  private final Adoption adoption;
  private final Incomplete incomplete;
  private final Awaiting awaiting;
  private final Contents contents;
  private final Room room;
  private final boolean root;

  Attachment(
      Libc libc,
      Tree tree,
      Stage stage,
      Inventory inventory,
      Attributes attributes,
      Metadata metadata,
      Departures departures,
      Adoption adoption,
      Incomplete incomplete,
      Awaiting awaiting,
      Contents contents,
      Room room,
      boolean root) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.stage = Objects.requireNonNull(stage, "stage is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.attributes = Objects.requireNonNull(attributes, "attributes is null");
    this.metadata = Objects.requireNonNull(metadata, "metadata is null");
    this.departures = Objects.requireNonNull(departures, "departures is null");
    this.adoption = Objects.requireNonNull(adoption, "adoption is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.awaiting = Objects.requireNonNull(awaiting, "awaiting is null");
    this.contents = Objects.requireNonNull(contents, "contents is null");
    this.room = Objects.requireNonNull(room, "room is null");
    this.root = root;
  }

  /**
   * What one request gathers.
   *
   * @param made directories it made, which were empty then
   * @param groups files of which it names several names
   */
  record Answer(long batch, Needs needs, List<Place> loops, Set<Gfid> made, LinkGroups groups) {}

  /**
   * Attaches one name.
   *
   * @param free whether nothing is at the name, if that is known
   */
  void attach(Directory directory, FileName name, EntryState state, boolean free, Answer answer)
      throws PosixException {
    Found now = free ? null : tree.look(directory, name);
    if (now != null && now.isForeign()) {
      // Its directory may have been taken over only in this step.
      Found taken = adoption.tryToAdopt(now, state, answer.batch);
      if (taken == null) {
        departures.leave(now, answer.batch);
      }
      now = taken;
    }
    if (now != null && now.is(state.gfid())) {
      know(now, state);
    } else if (now != null) {
      now.mark().ifPresent(mark -> answer.groups.loses(mark.gfid()));
    }
    switch (state.kind()) {
      case DIRECTORY -> attachDirectory(directory, name, state, now, answer);
      case FILE -> attachFile(directory, name, state, now, answer);
      default -> attachOther(directory, name, state, now, answer.batch);
    }
  }

  /** Others may have moved it here: the inventory has to know. */
  private void know(Found now, EntryState state) {
    Place place = now.place();
    if (inventory.entry(place).filter(entry -> entry.gfid().equals(state.gfid())).isEmpty()) {
      inventory.addPlace(state.gfid(), place);
      inventory.put(place, Entry.of(state.gfid(), now.kind()));
    }
  }

  private void attachDirectory(
      Directory directory, FileName name, EntryState state, @Nullable Found now, Answer answer)
      throws PosixException {
    Gfid gfid = state.gfid();
    if (now == null || !now.is(gfid) || !now.isDirectory()) {
      if (now != null) {
        departures.leave(now, answer.batch);
      }
      List<Found> from = Metadata.ofKind(tree.places(gfid), state);
      if (from.isEmpty()) {
        make(directory, name, state, answer.batch);
        answer.made.add(gfid);
      } else if (!move(from.get(0), directory, name, answer)) {
        return;
      }
    }
    Directory attached = tree.directories().get(gfid);
    if (attached != null) {
      metadata.set(attached, state);
    }
  }

  /** Returns false if the name lies beneath the directory itself. */
  private boolean move(Found from, Directory directory, FileName name, Answer answer)
      throws PosixException {
    try {
      Gfid gfid = from.mark().orElseThrow().gfid();
      tree.move(from, gfid, directory, name);
      incomplete.moved(gfid);
      return true;
    } catch (PosixException e) {
      if (e.is(Errno.EINVAL)) {
        answer.loops.add(directory.at(name));
        return false;
      }
      throw e;
    }
  }

  private void make(Directory directory, FileName name, EntryState state, long batch)
      throws PosixException {
    room.require();
    FileName unnamed = stage.fresh();
    libc.mkdirat(stage.descriptor(), unnamed.toBytes(), PRIVATE);
    AgentFailpoint.ENTRY_MADE.reached();
    named(
        unnamed,
        () -> {
          try (Node node = staged(unnamed)) {
            tree.mark(node, Mark.ofDirectory(state.gfid(), true));
            attributes.setBeforeMove(node, state);
          }
          AgentFailpoint.ENTRY_MARKED.reached();
          tree.insert(unnamed, state.gfid(), Kind.DIRECTORY, directory, name, null);
        });
    incomplete.noted(state.gfid(), batch);
  }

  private void attachFile(
      Directory directory, FileName name, EntryState state, @Nullable Found now, Answer answer)
      throws PosixException {
    Gfid gfid = state.gfid();
    if (state.nlink() > 1 || answer.groups.has(gfid)) {
      attachToGroup(directory, name, state, now, answer);
      return;
    }
    List<Found> have = places(now, state);
    if (have.isEmpty()) {
      awaiting.add(directory.at(name), gfid, answer.batch);
      answer.needs.wanted(state, null);
      return;
    }
    if (now != null
        && isOtherVersion(have.get(0), state)
        && have.stream().noneMatch(now::sameInode)) {
      // What is at the name keeps it, whole, until what belongs there has arrived whole.
      awaiting.add(directory.at(name), gfid, answer.batch);
      answer.needs.wanted(state, null);
      return;
    }
    awaiting.cancel(directory.at(name));
    have = believable(have, state, answer.batch);
    have = linked(have, directory, name, state, now, answer.batch);
    metadata.set(have, state);
    if (!Metadata.isWhole(have, state)) {
      answer.needs.wanted(state, have.get(0));
    }
  }

  /**
   * One of several names: what all of them have in common is looked at with the first, and set
   * after the last, however many thousand there are.
   */
  private void attachToGroup(
      Directory directory, FileName name, EntryState state, @Nullable Found now, Answer answer)
      throws PosixException {
    Gfid gfid = state.gfid();
    LinkGroups.Group group = answer.groups.of(state, now);
    Found first = group.first();
    if (first == null) {
      awaiting.add(directory.at(name), gfid, answer.batch);
      answer.needs.wanted(state, null);
      return;
    }
    if (now != null && !group.has(now) && isOtherVersion(first, state)) {
      awaiting.add(directory.at(name), gfid, answer.batch);
      answer.needs.wanted(state, null);
      return;
    }
    awaiting.cancel(directory.at(name));
    if (group.isToBeBelieved() && first.directory().isLimbo()) {
      believable(group.places(), state, answer.batch);
    }
    if (now == null || !group.has(now)) {
      Found old = now == null ? null : departures.giveWay(now, answer.batch);
      tree.link(first, gfid, directory, name, old);
    }
    group.wanted(state);
  }

  /** Sets what the names of a file have in common, and says whose contents are needed. */
  void finish(Answer answer, Failures failures) {
    for (LinkGroups.Group group : answer.groups.wanted()) {
      EntryState state = group.state();
      try {
        List<Found> have = group.inodes();
        if (!have.isEmpty()) {
          metadata.set(have, state);
          if (!Metadata.isWhole(have, state)) {
            answer.needs.wanted(state, have.get(0));
          }
        }
      } catch (PosixException e) {
        failures.add(state.gfid(), e);
      }
      tree.directories().trim();
    }
  }

  /**
   * Whether the copies hold, as far as georep knows what it wrote, other contents than these: a
   * file that was sent while it was being written, and is now renamed over another.
   */
  private static boolean isOtherVersion(Found have, EntryState state) {
    return have.mark().flatMap(Mark::left).filter(left -> !left.equals(state.token())).isPresent();
  }

  /**
   * What comes back from limbo may have been outside the volume, where no event told of a write:
   * its contents are in doubt, on the inode, before it has a name in the tree again.
   */
  private List<Found> believable(List<Found> have, EntryState state, long batch)
      throws PosixException {
    if (have.stream().anyMatch(found -> !found.directory().isLimbo())
        || contents.isVerified(state.gfid(), state.ctime())) {
      return have;
    }
    List<Found> doubted = new ArrayList<>();
    for (Found found : have) {
      contents.doubt(found, batch);
      doubted.add(
          new Found(
              found.directory(), found.name(), found.stat(), found.mark().map(Mark::doubted)));
    }
    return doubted;
  }

  /** All of a gfid that is of its kind. The common case, one name and that one, costs no look. */
  private List<Found> places(@Nullable Found now, EntryState state) throws PosixException {
    Gfid gfid = state.gfid();
    if (now != null
        && now.is(gfid)
        && now.kind() == state.kind()
        && inventory.places(gfid).size() == 1) {
      return List.of(now);
    }
    return Metadata.ofKind(tree.places(gfid), state);
  }

  /** Makes sure that the name is one of the inode's; returns all its places. */
  private List<Found> linked(
      List<Found> have,
      Directory directory,
      FileName name,
      EntryState state,
      @Nullable Found now,
      long batch)
      throws PosixException {
    if (now != null && have.stream().anyMatch(now::sameInode)) {
      return have;
    }
    Found old = now == null ? null : departures.giveWay(now, batch);
    tree.link(have.get(0), state.gfid(), directory, name, old);
    List<Found> all = new ArrayList<>(have);
    all.add(new Found(directory, name, have.get(0).stat(), have.get(0).mark()));
    return all;
  }

  /** Symbolic links and special files: what they are never changes, so a changed one is made. */
  private void attachOther(
      Directory directory, FileName name, EntryState state, @Nullable Found now, long batch)
      throws PosixException {
    List<Found> have = places(now, state);
    if (!have.isEmpty() && isSame(have.get(0), state)) {
      metadata.set(linked(have, directory, name, state, now, batch), state);
      return;
    }
    Found old = now == null || now.is(state.gfid()) ? now : departures.giveWay(now, batch);
    if (old != null && old.isDirectory()) {
      departures.leave(old, batch);
      old = null;
    }
    Found before = old;
    room.require();
    FileName unnamed = stage.fresh();
    create(unnamed, state);
    AgentFailpoint.ENTRY_MADE.reached();
    named(
        unnamed,
        () -> {
          try (Node node = staged(unnamed)) {
            Mark mark =
                needsStandIn(state)
                    ? Mark.of(state.gfid(), new StandIn(state.kind(), state.rdev()))
                    : Mark.of(state.gfid());
            tree.mark(node, mark);
            attributes.set(node, state, true);
          }
          AgentFailpoint.ENTRY_MARKED.reached();
          tree.insert(unnamed, state.gfid(), state.kind(), directory, name, before);
        });
    Found made = tree.look(directory, name);
    if (made != null) {
      for (Found place : have) {
        if (!place.place().equals(made.place())) {
          tree.link(made, state.gfid(), place.directory(), place.name(), place);
        }
      }
      metadata.set(Metadata.ofKind(tree.places(state.gfid()), state), state);
    }
  }

  private boolean isSame(Found found, EntryState state) throws PosixException {
    return state.kind() == Kind.SYMLINK
        ? Arrays.equals(
            libc.readlinkat(found.directory().descriptor(), found.name().toBytes()),
            state.target().orElseThrow())
        : found.rdev() == state.rdev() && found.isStandIn() == needsStandIn(state);
  }

  /** Only root may make a device; for another an empty file stands in. */
  private boolean needsStandIn(EntryState state) {
    return !root && (state.kind() == Kind.CHARACTER_DEVICE || state.kind() == Kind.BLOCK_DEVICE);
  }

  private void create(FileName unnamed, EntryState state) throws PosixException {
    if (state.kind() == Kind.SYMLINK) {
      libc.symlinkat(state.target().orElseThrow(), stage.descriptor(), unnamed.toBytes());
    } else {
      boolean standIn = needsStandIn(state);
      int type = standIn ? Kind.FILE.typeBits() : state.kind().typeBits();
      libc.mknodat(stage.descriptor(), unnamed.toBytes(), type | 0600, standIn ? 0 : state.rdev());
    }
  }

  private Node staged(FileName unnamed) throws PosixException {
    Node node = Node.open(libc, stage.descriptor(), unnamed);
    if (node == null) {
      throw new PosixException("openat2", unnamed.toBytes(), Errno.ENOENT);
    }
    return node;
  }

  private interface Naming {
    void run() throws PosixException;
  }

  /** Gives a new inode its name; one that gets none is removed. */
  private void named(FileName unnamed, Naming naming) throws PosixException {
    boolean done = false;
    try {
      naming.run();
      done = true;
    } finally {
      if (!done) {
        stage.drop(unnamed);
      }
    }
  }
}
