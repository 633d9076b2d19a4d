package org.georep.secondary.session;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NewerFormatException;
import org.georep.posix.PosixException;
import org.georep.protocol.Kind;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.WholeSync;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Headroom;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.identity.Rebuild;
import org.georep.secondary.identity.StandIn;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.LiftedFlags;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.OpenedModes;
import org.georep.secondary.tree.Touched;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a new inventory from the tree after an unclean end: walks tree and limbo, reading marks.
 * The old inventory is replaced by the new one, whole, with one rename after all is synced; a crash
 * before leaves the old one and the sign of the unclean end, and the walk is done again. About ten
 * microseconds a name. Where the disk has no room for the new one, it is kept in memory, and the
 * sign of the unclean end stays.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  static final String NAME = "inventory";
  private static final String NEW = "inventory.new";
  private static final int NOBODY = -1;
  private static final Set<FileName> ABOVE_THE_TREE =
      Set.of(FileName.of(Control.NAME), FileName.of("lost+found"));

  private final Libc libc;
  private final Clock clock;
  private final Control control;
  private final Marks marks;
  private final boolean ownerBound;
  private final WholeSync disk;
  private final Directory root;
  private final Directory limbo;
  private int formerUser = NOBODY;
  private @Nullable Namer namer;

  /** Says what inodes stand for, in place of the marks they have. */
  interface Namer {
    /** Gives an inode its mark; nothing if it is nobody's. */
    Optional<Mark> name(Node node, Touched touched) throws PosixException;

    /** Returns what is known to be right of an inode that was given this mark. */
    Optional<Entry> known(Node node, Mark mark) throws PosixException;
  }

  Recovery(
      Libc libc,
      Clock clock,
      Control control,
      ControlFiles files,
      Marks marks,
      Directory root,
      boolean ownerBound) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.control = Objects.requireNonNull(control, "control is null");
    this.marks = Objects.requireNonNull(marks, "marks is null");
    this.ownerBound = ownerBound;
    this.root = Objects.requireNonNull(root, "root is null");
    this.limbo = new Directory(Directory.LIMBO, control.limbo());
    this.disk = new WholeSync(libc, control.root(), files);
  }

  /**
   * Opens the inventory of the last commit; null if it cannot be read.
   *
   * @throws NewerFormatException if it is of a newer format
   */
  @Nullable Inventory existing(boolean readOnly) throws NewerFormatException {
    try {
      try (Node node = Node.open(libc, control.control(), FileName.of(NAME))) {
        if (node == null || node.kind() != Kind.FILE) {
          return null;
        }
      }
      String path = control.path(NAME);
      return readOnly ? Inventory.openReadOnly(path) : Inventory.open(path);
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("{}; it is made again from the tree", e.getMessage());
      return null;
    }
  }

  /**
   * Makes it again where an agent of another user had the tree: its marks become this one's, and
   * nothing but identities and contents is believed, so that a walk brings what it could not set.
   */
  Inventory takeOver(int user, boolean powerLost) throws IOException {
    formerUser = user;
    LOG.info("What user {} kept here is taken over, with what it could not hold", user);
    return rebuild(true, powerLost);
  }

  /** Makes it of a tree whose inodes get new marks; what was there before is not believed. */
  Inventory handOver(Namer by) throws IOException {
    namer = by;
    return rebuild(false, false);
  }

  /**
   * Makes it again and opens it.
   *
   * @param believeOld whether the old inventory tells what was applied
   * @param powerLost whether the machine went down
   */
  Inventory rebuild(boolean believeOld, boolean powerLost) throws IOException {
    try {
      return onDisk(believeOld, powerLost);
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException e) {
      if (disk.hasFailed()
          || (e instanceof PosixException cause
              && !cause.is(Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS))) {
        throw e;
      }
      LOG.warn("The inventory is kept in memory for now: {}", e.getMessage());
      drop(NEW);
    }
    @Nullable Inventory old = believeOld ? existing(true) : null;
    try {
      Inventory made = Inventory.inMemory();
      walk(made, new Rebuild(made, old, powerLost));
      return made;
    } finally {
      if (old != null) {
        old.abandon();
      }
    }
  }

  private Inventory onDisk(boolean believeOld, boolean powerLost) throws IOException {
    @Nullable Inventory old = believeOld ? existing(true) : null;
    try {
      drop(NEW);
      Inventory made = Inventory.open(control.path(NEW));
      boolean whole = false;
      try {
        long names = walk(made, new Rebuild(made, old, powerLost));
        AgentFailpoint.REBUILD_WALKED.reached();
        Instant begun = clock.instant();
        disk.run();
        AgentFailpoint.REBUILD_SYNCED.reached();
        try (Headroom headroom = new Headroom(libc, control.control(), NEW)) {
          headroom.ensure(made.unsaved());
          made.commit(begun);
        }
        AgentFailpoint.REBUILD_COMMITTED.reached();
        whole = true;
        if (names > 0) {
          LOG.info("The inventory was made again from {} names in the tree", names);
        }
      } finally {
        if (whole) {
          made.close();
        } else {
          made.abandon();
        }
      }
    } finally {
      if (old != null) {
        old.abandon();
      }
    }
    libc.renameat2(control.control(), FileName.of(NEW).toBytes(), control.control(), name(NAME), 0);
    AgentFailpoint.REBUILD_RENAMED.reached();
    libc.fsync(control.control());
    return Inventory.open(control.path(NAME));
  }

  private static byte[] name(String name) {
    return FileName.of(name).toBytes();
  }

  private void drop(String name) throws PosixException {
    try {
      libc.unlinkat(control.control(), name(name), 0);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT, Errno.EROFS)) {
        throw e;
      }
    }
  }

  private long walk(Inventory made, Rebuild rebuild) throws IOException {
    Touched touched =
        new Touched(
            libc,
            new OpenedModes(libc, control.control()),
            new LiftedFlags(libc, control.control(), !ownerBound));
    Deque<Gfid> todo = new ArrayDeque<>();
    long names = 0;
    try (Directories directories =
        new Directories(libc, marks, made, touched, root, limbo, ownerBound)) {
      if (marks.read(root.descriptor()).filter(Mark::incomplete).isPresent()) {
        rebuild.incomplete(root.gfid());
      }
      todo.push(Directory.LIMBO);
      todo.push(root.gfid());
      while (!todo.isEmpty()) {
        Directory directory = directories.get(todo.pop());
        if (directory != null) {
          names += enterAll(directory, made, rebuild, touched, todo);
        }
        directories.trim();
      }
      touched.restore(directories);
    }
    return names;
  }

  /** Returns how many names there are; adds the directories among them that are met first. */
  private long enterAll(
      Directory directory, Inventory made, Rebuild rebuild, Touched touched, Deque<Gfid> todo)
      throws IOException {
    long names = 0;
    boolean top = directory.gfid().equals(root.gfid());
    int readable =
        libc.openat(
            directory.descriptor(), new byte[] {'.'}, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      // Part by part: a directory is not to fit into memory.
      List<Dirent> some = libc.listOn(readable);
      while (!some.isEmpty()) {
        for (Dirent entry : some) {
          if (!top || !ABOVE_THE_TREE.contains(entry.name())) {
            enter(directory, entry.name(), made, rebuild, touched).ifPresent(todo::push);
            names++;
          }
        }
        some = libc.listOn(readable);
      }
    } finally {
      libc.close(readable);
    }
    return names;
  }

  /** Returns the gfid of a directory that was not met before. */
  private Optional<Gfid> enter(
      Directory directory, FileName name, Inventory made, Rebuild rebuild, Touched touched)
      throws IOException {
    try (Node node = Node.open(libc, directory.descriptor(), name)) {
      Optional<Mark> found = node == null ? Optional.empty() : mark(node, rebuild, touched);
      if (node == null || found.isEmpty()) {
        return Optional.empty();
      }
      Mark mark = found.get();
      Place place = directory.at(name);
      boolean current = rebuild.isTrusted(node.stat());
      if (node.kind() == Kind.FILE) {
        if (!current) {
          forgetPages(node);
        }
        if (!current && mark.left().isPresent()) {
          touched.beforeChange(node);
          marks.write(node.descriptor(), Mark.of(mark.gfid()));
        }
        current &= mark.token().isPresent();
      }
      current &= formerUser == NOBODY;
      Kind kind = mark.standIn().map(StandIn::kind).orElse(node.kind());
      boolean isNew =
          node.kind() == Kind.DIRECTORY
              && !made.hasPlaces(mark.gfid())
              && !mark.gfid().equals(root.gfid());
      rebuild.enter(place, mark.gfid(), kind, node.stat(), current);
      if (namer != null) {
        namer.known(node, mark).ifPresent(entry -> rebuild.known(place, entry));
      }
      if (mark.incomplete()) {
        rebuild.incomplete(mark.gfid());
      }
      // What is below a kept directory is kept like it, and not known by name.
      return isNew && !mark.isKept() ? Optional.of(mark.gfid()) : Optional.empty();
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        rebuild.hidden(directory.at(name)); // a mount point: not ours to look below
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What memory has of a file need not be on the disk: it is compared as it is there. */
  private void forgetPages(Node node) throws PosixException {
    int readable;
    try {
      readable = libc.openat(Linux.AT_FDCWD, node.path(), Linux.O_RDONLY | Linux.O_NONBLOCK, 0);
    } catch (PosixException e) {
      if (e.is(Errno.EACCES)) {
        return; // shut to this user, who cannot have it compared either
      }
      throw e;
    }
    try {
      libc.forgetPages(readable);
    } finally {
      libc.close(readable);
    }
  }

  private Optional<Mark> mark(Node node, Rebuild rebuild, Touched touched) throws PosixException {
    if (namer != null) {
      return namer.name(node, touched);
    }
    if (formerUser != NOBODY) {
      return takenOver(node, rebuild);
    }
    if (marks.holds(node.kind())) {
      return marks.read(node.descriptor());
    }
    Gfid own = marks.own(node.descriptor());
    Optional<Gfid> gfid = rebuild.markless(own);
    gfid.ifPresent(known -> rebuild.owned(known, own));
    return gfid.map(known -> known.equals(own) ? Mark.KEPT : Mark.of(known));
  }

  private Optional<Mark> takenOver(Node node, Rebuild rebuild) throws PosixException {
    Optional<Mark> mark = marks.takeOver(node.descriptor(), node.kind(), formerUser);
    if (mark.isEmpty() && node.kind() != Kind.FILE && !node.stat().isDirectory()) {
      // That user's inventory knew it, not its inode.
      mark = rebuild.markless(marks.own(node.descriptor())).map(Mark::of);
      if (mark.isPresent()) {
        marks.write(node.descriptor(), mark.get());
      }
    }
    return mark;
  }
}
