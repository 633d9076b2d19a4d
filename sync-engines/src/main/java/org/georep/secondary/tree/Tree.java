package org.georep.secondary.tree;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.protocol.Kind;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.LastTouch;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.jspecify.annotations.Nullable;

/**
 * Looks at names, and changes them: the only place where a name in the tree or in limbo comes, goes
 * or changes.
 *
 * <p>Each change is one system call, so that a name shows the old inode or the new one and a crash
 * leaves either. The inventory's places have the new place before the call and lose the old one
 * after it; the mark on the inode tells which is true. Nothing here is durable before the next
 * barrier. For one thread.
 *
 * <p>More than 500 lines, for that only place: whatever changes a name shares the order of place,
 * call and forgetting, and whoever checks that order finds all of it here.
 */
public final class Tree {
  private static final FileName CONTROL = FileName.of(".georep");
  private static final FileName LOST_AND_FOUND = FileName.of("lost+found");

  private final Libc libc;
  private final Marks marks;
  private final Inventory inventory;
  private final Directories directories;
  private final Touched touched;
  private final Stage stage;
  private final Limbo limbo;
  private final Conflicts conflicts;
  private final Meddling meddling;

  /**
   * Makes it of its parts.
   *
   * @param root whether this process is root
   */
  public Tree(
      Libc libc,
      Marks marks,
      Inventory inventory,
      Directories directories,
      Touched touched,
      Stage stage,
      Limbo limbo,
      Conflicts conflicts,
      boolean root) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.marks = Objects.requireNonNull(marks, "marks is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.directories = Objects.requireNonNull(directories, "directories is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.stage = Objects.requireNonNull(stage, "stage is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
    this.conflicts = Objects.requireNonNull(conflicts, "conflicts is null");
    this.meddling = new Meddling(libc, stage, inventory, root);
  }

  /** Returns the directories. */
  public Directories directories() {
    return directories;
  }

  /** Returns whether a name is never data: georep's own directory and lost+found, at the root. */
  public boolean isReserved(Directory directory, FileName name) {
    return directory.gfid().equals(directories.root().gfid())
        && (name.equals(CONTROL) || name.equals(LOST_AND_FOUND));
  }

  /** Returns the names in a directory that are data. */
  public List<FileName> names(Directory directory) throws PosixException {
    return names(directory, entry -> true);
  }

  /** Returns of the names in a directory that are data those that may be of directories. */
  public List<FileName> mayBeDirectories(Directory directory) throws PosixException {
    return names(directory, Dirent::mayBeDirectory);
  }

  private List<FileName> names(Directory directory, Predicate<Dirent> wanted)
      throws PosixException {
    int readable =
        libc.openat(
            directory.descriptor(), new byte[] {'.'}, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      List<FileName> names = new ArrayList<>();
      for (Dirent entry : libc.list(readable)) {
        if (wanted.test(entry) && !isReserved(directory, entry.name())) {
          names.add(entry.name());
        }
      }
      return names;
    } finally {
      libc.close(readable);
    }
  }

  /** Opens what is at a name; null if there is nothing. */
  public @Nullable Node open(Directory directory, FileName name) throws PosixException {
    return Node.open(libc, directory.descriptor(), name);
  }

  /** Opens a directory once more, as an inode. */
  public Node itself(Directory directory) throws PosixException {
    return Node.again(libc, directory.descriptor());
  }

  /**
   * Looks at a name for an operation that may change it; null if there is nothing. A file somebody
   * else meddled with loses its token at once, and with it the belief that it is georep's: so the
   * operation gets its contents compared, and keeps what is there.
   */
  public @Nullable Found look(Directory directory, FileName name) throws PosixException {
    try (Node node = open(directory, name)) {
      if (node == null) {
        return null;
      }
      Found found = found(directory, name, node);
      return meddling.isSeen(found) ? disowned(found, node) : found;
    }
  }

  /**
   * Returns whether somebody else may have written into a file, by all that can be told without
   * reading it. Nothing is changed.
   */
  public boolean isDoubted(Found found) {
    return found.isChangedByOthers() || meddling.isSeen(found);
  }

  private Found disowned(Found found, Node node) throws PosixException {
    Mark mark = found.mark().orElseThrow().disowned();
    mark(node, mark);
    return new Found(found.directory(), found.name(), found.stat(), Optional.of(mark));
  }

  /** Returns what an open inode at a name is, and leaves it as it is. */
  public Found found(Directory directory, FileName name, Node node) throws PosixException {
    return new Found(directory, name, node.stat(), mark(directory.at(name), node));
  }

  private Optional<Mark> mark(Place place, Node node) throws PosixException {
    if (marks.holds(node.kind())) {
      return marks.read(node.descriptor());
    }
    if (place.directory().equals(Mark.KEPT.gfid())) {
      return Optional.of(Mark.KEPT);
    }
    Optional<Entry> entry = inventory.entry(place).filter(known -> known.kind() == node.kind());
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    Gfid own = marks.own(node.descriptor());
    Gfid gfid = entry.get().gfid();
    return inventory.owned(entry.get().isDeleted() ? own : gfid).filter(own::equals).isPresent()
        ? Optional.of(Mark.of(gfid))
        : Optional.empty();
  }

  /** Returns everywhere a gfid is found, in the tree and in limbo; for a directory, one place. */
  public List<Found> places(Gfid gfid) throws PosixException {
    List<Place> candidates = inventory.places(gfid);
    if (candidates.isEmpty()) {
      return List.of();
    }
    List<Found> places = new ArrayList<>(candidates.size());
    for (Place place : candidates) {
      Directory directory = directories.get(place.directory());
      Found found = directory == null ? null : look(directory, place.name());
      if (found != null && found.is(gfid)) {
        places.add(found);
      }
    }
    return places;
  }

  /**
   * Returns somewhere a gfid is found that is as wanted, in the tree or in limbo; null if there is
   * nothing. Of a file with thousands of names it looks at no more than it takes.
   */
  public @Nullable Found find(Gfid gfid, Predicate<Found> wanted) throws PosixException {
    for (Iterator<Place> all = inventory.eachPlace(gfid); all.hasNext(); ) {
      Place place = all.next();
      Directory directory = directories.get(place.directory());
      Found found = directory == null ? null : look(directory, place.name());
      if (found != null && found.is(gfid) && wanted.test(found)) {
        return found;
      }
    }
    return null;
  }

  /** Sets the mark of an inode that has a name. */
  public void mark(Found found, Mark mark) throws PosixException {
    try (Node node = open(found.directory(), found.name())) {
      if (node == null || node.stat().inode() != found.stat().inode()) {
        throw new PosixException("openat2", found.name().toBytes(), Errno.ENOENT);
      }
      mark(node, mark);
    }
    if (found.kind() == Kind.FILE) {
      inventory.touch(found.place());
    }
  }

  /** Sets the mark of an inode; whoever has a name for it notes that it was touched. */
  public void mark(Node node, Mark mark) throws PosixException {
    touched.beforeChange(node);
    if (marks.holds(node.kind())) {
      marks.write(node.descriptor(), mark);
    } else {
      Gfid own = marks.own(node.descriptor());
      inventory.setOwned(mark.isKept() ? own : mark.gfid(), own);
    }
  }

  /** Takes over an inode georep did not make: it stands for this gfid from now on. */
  public void adopt(Found foreign, Mark mark) throws PosixException {
    inventory.addPlace(mark.gfid(), foreign.place());
    mark(foreign, mark);
    AgentFailpoint.ADOPTED.reached();
    inventory.put(foreign.place(), touched(mark.gfid(), foreign.kind()));
  }

  /** A kept directory stands for a gfid again; what is in it stays kept. */
  public void identify(Found kept, Mark mark) throws PosixException {
    adopt(kept, mark);
    Directory directory = marks.holds(Kind.SYMLINK) ? null : directories.get(mark.gfid());
    if (directory != null) {
      for (FileName name : names(directory)) {
        Found inside = look(directory, name);
        if (inside != null && inside.isForeign() && !marks.holds(inside.kind())) {
          adopt(inside, Mark.KEPT);
        }
      }
    }
  }

  /**
   * An inode is nobody's from now on, and kept: no gfid finds it any more. Of a directory, so is
   * all below it by now.
   */
  public void keep(Found found) throws PosixException {
    Gfid gfid = found.mark().orElseThrow().gfid();
    mark(found, Mark.KEPT);
    for (Place place : inventory.places(gfid)) {
      inventory.removePlace(gfid, place);
      if (inventory.entry(place).filter(entry -> entry.gfid().equals(gfid)).isPresent()) {
        inventory.put(place, Entry.of(Mark.KEPT.gfid(), found.kind()));
      }
    }
    if (found.isDirectory()) {
      directories.forget(gfid);
    } else if (!marks.holds(found.kind())) {
      inventory.removeOwned(gfid);
    }
  }

  /**
   * Forgets what is known of the names in a directory that is about to be kept, and gives it its
   * attributes back.
   */
  public void forgetNames(Directory directory) throws PosixException {
    inventory.names(
        directory.gfid(),
        (name, entry) -> {
          Place place = directory.at(name);
          inventory.removePlace(entry.gfid(), place);
          inventory.remove(place);
          if (!marks.holds(entry.kind()) && !inventory.hasPlaces(entry.gfid())) {
            inventory.removeOwned(entry.gfid());
          }
        });
    touched.giveBack(directory);
  }

  /** Returns whether an inode of this kind keeps its mark itself. */
  public boolean holdsMark(Kind kind) {
    return marks.holds(kind);
  }

  /**
   * Gives an inode a further name, in the place of what is there now, if anything is.
   *
   * @param old what is there now and is not a directory, or null
   */
  public void link(Found from, Gfid gfid, Directory directory, FileName name, @Nullable Found old)
      throws PosixException {
    lift(from);
    if (old == null) {
      begin(gfid, directory, name);
      libc.linkat(
          from.directory().descriptor(),
          from.name().toBytes(),
          directory.descriptor(),
          name.toBytes(),
          0);
      AgentFailpoint.LINK_MADE.reached();
      end(gfid, from.kind(), directory, name, null);
      return;
    }
    FileName unnamed = stage.fresh();
    libc.linkat(
        from.directory().descriptor(),
        from.name().toBytes(),
        stage.descriptor(),
        unnamed.toBytes(),
        0);
    AgentFailpoint.LINK_STAGED.reached();
    boolean done = false;
    try {
      insert(unnamed, gfid, from.kind(), directory, name, old);
      done = true;
    } finally {
      if (!done) {
        stage.drop(unnamed);
      }
    }
  }

  /** Before a name of what was found changes. */
  private void lift(Found found) throws PosixException {
    if (found.stat().flags() != 0) {
      try (Node node = open(found.directory(), found.name())) {
        if (node != null && node.stat().inode() == found.stat().inode()) {
          touched.beforeChange(node);
        }
      }
    }
  }

  /**
   * Moves an inode from the stage to a name, in the place of what is there now, if anything is.
   *
   * @param old what is there now and is not a directory, or null
   */
  public void insert(
      FileName unnamed,
      Gfid gfid,
      Kind kind,
      Directory directory,
      FileName name,
      @Nullable Found old)
      throws PosixException {
    insert(stage.descriptor(), unnamed.toBytes(), gfid, kind, directory, name, old);
  }

  /** As above, of what a data channel brought. */
  public void insert(
      Arrival arrival, Gfid gfid, Directory directory, FileName name, @Nullable Found old)
      throws PosixException {
    insert(arrival.parent(), arrival.name().toBytes(), gfid, Kind.FILE, directory, name, old);
  }

  /**
   * Moves a file from the stage's contents to a free name.
   *
   * @param entry what the inventory is to know of the name
   * @throws PosixException EEXIST if it is not free, where the file system tells; nothing changed
   */
  public void insertNew(FileName received, Directory directory, FileName name, Entry entry)
      throws PosixException {
    begin(entry.gfid(), directory, name);
    libc.renameat2(
        stage.contents(),
        received.toBytes(),
        directory.descriptor(),
        name.toBytes(),
        Linux.RENAME_NOREPLACE);
    inventory.put(directory.at(name), entry.touchedAt(LastTouch.now()));
  }

  private void insert(
      int from,
      byte[] path,
      Gfid gfid,
      Kind kind,
      Directory directory,
      FileName name,
      @Nullable Found old)
      throws PosixException {
    if (old != null) {
      lift(old);
    }
    begin(gfid, directory, name);
    int flags = old == null ? Linux.RENAME_NOREPLACE : 0;
    rename(from, path, directory.descriptor(), name.toBytes(), flags);
    AgentFailpoint.NAME_REPLACED.reached();
    end(gfid, kind, directory, name, old);
  }

  /**
   * Moves a directory, or one name of another inode, to a free name.
   *
   * @throws PosixException EINVAL if that lies beneath it
   */
  public void move(Found directory, Gfid gfid, Directory to, FileName name) throws PosixException {
    lift(directory);
    begin(gfid, to, name);
    touched.beforeChange(directory.directory());
    if (directory.isKept()) {
      moveKept(directory, to, name);
    } else {
      directories.unlock(gfid);
      rename(directory, to, name);
    }
    AgentFailpoint.DIRECTORY_MOVED.reached();
    end(gfid, directory.kind(), to, name, null);
    forget(directory.place(), gfid);
    if (directory.directory().isLimbo()) {
      limbo.left(directory.name());
    }
  }

  private void moveKept(Found kept, Directory to, FileName name) throws PosixException {
    try (Node node = open(kept.directory(), kept.name())) {
      if (node == null) {
        throw new PosixException("openat2", kept.name().toBytes(), Errno.ENOENT);
      }
      if (!marks.holds(node.kind())) {
        mark(node, Mark.KEPT);
      }
      if (kept.isDirectory()) {
        directories.moveKept(node, () -> rename(kept, to, name));
      } else {
        rename(kept, to, name);
      }
    }
  }

  private void rename(Found found, Directory to, FileName name) throws PosixException {
    rename(
        found.directory().descriptor(),
        found.name().toBytes(),
        to.descriptor(),
        name.toBytes(),
        Linux.RENAME_NOREPLACE);
  }

  /** Not every file system knows NOREPLACE (EINVAL); the names were looked at just now. */
  private void rename(int from, byte[] path, int to, byte[] name, int flags) throws PosixException {
    try {
      libc.renameat2(from, path, to, name, flags);
    } catch (PosixException e) {
      if (flags == 0 || !e.is(Errno.EINVAL)) {
        throw e;
      }
      libc.renameat2(from, path, to, name, 0);
    }
  }

  /** Takes the name from what is there; an empty directory or not a directory. */
  public void remove(Found found) throws PosixException {
    lift(found);
    touched.beforeChange(found.directory());
    libc.unlinkat(
        found.directory().descriptor(),
        found.name().toBytes(),
        found.isDirectory() ? Linux.AT_REMOVEDIR : 0);
    AgentFailpoint.NAME_REMOVED.reached();
    removed(found);
  }

  /** Notes that a name left this secondary. */
  public void removed(Found found) {
    Place place = found.place();
    if (found.mark().isPresent()) {
      Gfid gfid = found.mark().get().gfid();
      forget(place, gfid);
      if ((!marks.holds(found.kind()) || inventory.withheld() > 0) && !inventory.hasPlaces(gfid)) {
        inventory.removeOwned(gfid);
        inventory.removeWithheld(gfid);
      }
      if (found.isDirectory()) {
        directories.forget(gfid);
        touched.forget(gfid);
        inventory.setIncomplete(gfid, false);
      }
    }
    inventory.remove(place);
    touchOthers(found);
    if (found.directory().isLimbo()) {
      limbo.left(found.name());
    }
  }

  /** Moves what is not georep's, or was changed by somebody else, out of the way. */
  public void setAside(Found foreign) throws PosixException {
    setAside(
        foreign,
        pathBefore(foreign),
        foreign.isForeign()
            ? "on the secondary was not made by georep and is in the way"
            : "was changed on the secondary by somebody else");
  }

  /**
   * Moves what has no place out of the way.
   *
   * @param path as which, and for people
   * @param why what happened to it, for people
   */
  public void setAside(Found foreign, EntryPath path, String why) throws PosixException {
    Directory directory = foreign.directory();
    lift(foreign);
    touched.beforeChange(directory);
    try (Node node = foreign.isChangedByOthers() ? open(directory, foreign.name()) : null) {
      conflicts.take(directory.descriptor(), foreign.name(), path, why);
      AgentFailpoint.CONFLICT_MOVED.reached();
      if (node != null) {
        marks.clear(node.descriptor());
        removed(foreign);
        return;
      }
    }
    Place place = foreign.place();
    inventory.entry(place).ifPresent(entry -> inventory.removePlace(entry.gfid(), place));
    inventory.remove(place);
    if (directory.isLimbo()) {
      limbo.left(foreign.name());
    }
  }

  /**
   * Keeps what somebody else changed and what is about to be replaced at its names.
   *
   * @return the inode, to be given to {@link #release} when that is done
   */
  public Node keepAside(Found changed) throws PosixException {
    Node node = open(changed.directory(), changed.name());
    if (node == null || node.stat().inode() != changed.stat().inode()) {
      throw new PosixException("openat2", changed.name().toBytes(), Errno.ENOENT);
    }
    touched.beforeChange(node);
    conflicts.keep(changed.directory().descriptor(), changed.name(), pathBefore(changed));
    return node;
  }

  /** What was kept has no name in the tree any more: it stands for nothing. */
  public void release(Node kept) throws PosixException {
    try (kept) {
      marks.clear(kept.descriptor());
    }
  }

  /** Returns the path of what was found, as it was before it came to limbo. */
  public EntryPath pathBefore(Found found) {
    return limbo.before(directories.path(found.directory().gfid()).resolve(found.name()));
  }

  private void begin(Gfid gfid, Directory directory, FileName name) throws PosixException {
    inventory.addPlace(gfid, directory.at(name));
    touched.beforeChange(directory);
  }

  private void end(Gfid gfid, Kind kind, Directory directory, FileName name, @Nullable Found old) {
    Place place = directory.at(name);
    if (old != null && old.mark().isPresent() && !old.is(gfid)) {
      inventory.removePlace(old.mark().get().gfid(), place);
    }
    inventory.put(place, touched(gfid, kind));
    if (old != null) {
      touchOthers(old);
    }
  }

  private static Entry touched(Gfid gfid, Kind kind) {
    Entry entry = Entry.of(gfid, kind);
    return kind == Kind.FILE ? entry.touchedAt(LastTouch.now()) : entry;
  }

  /** The inode of what was found has lost this name: it may have others, if only since then. */
  private void touchOthers(Found found) {
    if (found.kind() == Kind.FILE && found.mark().isPresent()) {
      Iterator<Place> others = inventory.eachPlace(found.mark().get().gfid());
      for (int i = 0; i < Meddling.MOST_NAMES && others.hasNext(); i++) {
        inventory.touch(others.next());
      }
    }
  }

  private void forget(Place place, Gfid gfid) {
    inventory.removePlace(gfid, place);
    inventory.remove(place);
  }
}
