package org.georep.secondary.tree;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.jspecify.annotations.Nullable;

/**
 * Directories by gfid, open. One is found by following its places up to one that is open already
 * (at last the root or limbo), opening the path between beneath it, and is believed only if its
 * mark says the gfid. Paths may be longer than the kernel takes at once.
 *
 * <p>Open ones are kept, the least used closed by {@link #trim}, which is called only where nobody
 * holds one. For one thread.
 */
public final class Directories implements AutoCloseable {
  private static final int KEPT_OPEN = 256;
  private static final int LONGEST_PATH = 3800;
  private static final int OWNER_ALL = 0700;
  private static final int DEEPEST_SEARCH = 2000;
  private static final long BENEATH =
      Linux.RESOLVE_BENEATH
          | Linux.RESOLVE_NO_SYMLINKS
          | Linux.RESOLVE_NO_MAGICLINKS
          | Linux.RESOLVE_NO_XDEV;
  private static final int FLAGS = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  private final Libc libc;
  private final Marks marks;
  private final Inventory inventory;
  private final Touched touched;
  private final boolean ownerBound;
  private final Directory root;
  private final Directory limbo;
  private final LinkedHashMap<Gfid, Directory> open = new LinkedHashMap<>(64, 0.75f, true);

  /**
   * Makes it.
   *
   * @param root the root, and limbo: their descriptors stay the caller's
   * @param ownerBound whether modes bind this process (it is not root)
   */
  public Directories(
      Libc libc,
      Marks marks,
      Inventory inventory,
      Touched touched,
      Directory root,
      Directory limbo,
      boolean ownerBound) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.marks = Objects.requireNonNull(marks, "marks is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.root = Objects.requireNonNull(root, "root is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
    this.ownerBound = ownerBound;
  }

  /** Returns the root. */
  public Directory root() {
    return root;
  }

  /** Returns limbo. */
  public Directory limbo() {
    return limbo;
  }

  /**
   * Returns the directory of a gfid, wherever it is, also in limbo; null if there is none.
   *
   * @throws PosixException if it may be there and cannot be opened; EXDEV if another file system is
   *     mounted over it, or above it
   */
  public @Nullable Directory get(Gfid gfid) throws PosixException {
    Directory known = known(gfid);
    if (known != null) {
      return known;
    }
    Directory straight = straight(gfid);
    return straight != null ? straight : searched(gfid, new HashSet<>());
  }

  /** Returns whether a mount hides a directory, so that nobody can tell whether it is here. */
  public boolean isHidden(Gfid gfid) throws PosixException {
    try {
      get(gfid);
      return false;
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        return true;
      }
      throw e;
    }
  }

  private @Nullable Directory known(Gfid gfid) throws PosixException {
    if (gfid.equals(root.gfid())) {
      return unlocked(root);
    }
    return gfid.equals(Directory.LIMBO) ? limbo : open.get(gfid);
  }

  /** By the most likely place of each, all at once. */
  private @Nullable Directory straight(Gfid gfid) throws PosixException {
    Deque<FileName> names = new ArrayDeque<>();
    Set<Gfid> seen = new HashSet<>();
    Directory base = null;
    for (Gfid at = gfid; base == null; ) {
      Optional<Place> home = inventory.home(at);
      if (home.isEmpty() || !seen.add(at)) {
        return null;
      }
      names.push(home.get().name());
      at = home.get().directory();
      base = known(at);
    }
    try {
      int descriptor = openBelow(base, names);
      return descriptor < 0 ? null : believed(gfid, descriptor);
    } catch (PosixException e) {
      if (e.is(Errno.EACCES, Errno.EXDEV)) {
        return null; // the search opens each on the way, and looks at other places
      }
      throw e;
    }
  }

  /**
   * Returns -1 if there is no such path.
   *
   * @throws PosixException EXDEV if a mount hides whether there is
   */
  private int openBelow(Directory base, Deque<FileName> names) throws PosixException {
    int at = base.descriptor();
    while (!names.isEmpty()) {
      int next;
      try {
        next = libc.openat2(at, step(names), FLAGS, 0, BENEATH);
      } catch (PosixException e) {
        if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
          return -1;
        }
        throw e;
      } finally {
        if (at != base.descriptor()) {
          libc.close(at);
        }
      }
      at = next;
    }
    return at;
  }

  private static byte[] step(Deque<FileName> names) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    while (!names.isEmpty() && path.size() < LONGEST_PATH) {
      if (path.size() > 0) {
        path.write('/');
      }
      path.writeBytes(names.pop().toBytes());
    }
    return path.toByteArray();
  }

  /** By every place of each, one by one: after others moved things about, or closed them to us. */
  private @Nullable Directory searched(Gfid gfid, Set<Gfid> above) throws PosixException {
    Directory known = known(gfid);
    if (known != null || above.size() >= DEEPEST_SEARCH || !above.add(gfid)) {
      return known;
    }
    return atAny(gfid, directory -> searched(directory, above), true);
  }

  private interface Search {
    @Nullable Directory find(Gfid gfid) throws PosixException;
  }

  /** Looks at every place of a gfid; a mount over one hides it only if it is at no other. */
  private @Nullable Directory atAny(Gfid gfid, Search parents, boolean unlock)
      throws PosixException {
    PosixException hidden = null;
    for (Place place : inventory.places(gfid)) {
      try {
        Directory parent = parents.find(place.directory());
        int descriptor =
            parent == null ? -1 : openBelow(parent, new ArrayDeque<>(List.of(place.name())));
        Directory found = descriptor < 0 ? null : believed(gfid, descriptor, unlock);
        if (found != null) {
          return found;
        }
      } catch (PosixException e) {
        if (!e.is(Errno.EXDEV)) {
          throw e;
        }
        hidden = e;
      }
    }
    if (hidden != null) {
      throw hidden;
    }
    return null;
  }

  /** Keeps the descriptor open if it is of this gfid, else closes it. */
  private @Nullable Directory believed(Gfid gfid, int descriptor) throws PosixException {
    return believed(gfid, descriptor, true);
  }

  private @Nullable Directory believed(Gfid gfid, int descriptor, boolean unlock)
      throws PosixException {
    boolean kept = false;
    try {
      Optional<Mark> mark = marks.read(descriptor);
      if (mark.isEmpty() || !mark.get().gfid().equals(gfid)) {
        return null;
      }
      Directory directory = new Directory(gfid, descriptor);
      if (unlock) {
        unlocked(directory);
      }
      open.put(gfid, directory);
      kept = true;
      return directory;
    } finally {
      if (!kept) {
        libc.close(descriptor);
      }
    }
  }

  /**
   * As {@link #get}, but one that is closed to this process stays closed: for its own attributes.
   * To be forgotten after use.
   */
  @Nullable Directory asItIs(Gfid gfid) throws PosixException {
    if (gfid.equals(root.gfid())) {
      return root;
    }
    Directory known = open.get(gfid);
    if (known != null) {
      return known;
    }
    return atAny(gfid, this::get, false);
  }

  /**
   * Not root, a directory closed to its owner is opened until the request's end; one that is kept
   * after its deletion stays open, since it is about to go.
   *
   * @param directory open, by whatever way; returned as it is
   */
  public Directory unlocked(Directory directory) throws PosixException {
    if (ownerBound) {
      Stat stat = libc.statx(directory.descriptor(), Node.ITSELF, Linux.AT_EMPTY_PATH);
      if ((stat.mode() & OWNER_ALL) != OWNER_ALL && stat.uid() == libc.geteuid()) {
        byte[] path = ProcPath.of(directory.descriptor());
        if (!directory.isKept()) {
          touched.beforeOpening(directory.gfid(), stat.permissions());
        }
        libc.fchmodat(Linux.AT_FDCWD, path, stat.permissions() | OWNER_ALL);
      }
    }
    return directory;
  }

  /** Opens a directory to this process until the request's end, so that it can be moved. */
  void unlock(Gfid gfid) throws PosixException {
    if (ownerBound) {
      get(gfid);
    }
  }

  interface Move {
    void run() throws PosixException;
  }

  /**
   * Moves a kept directory, which no gfid finds: not root, one that is closed to its owner is open
   * meanwhile. An agent killed in between leaves it open.
   */
  void moveKept(Node kept, Move move) throws PosixException {
    int mode = kept.stat().permissions();
    boolean closed =
        ownerBound && (mode & OWNER_ALL) != OWNER_ALL && kept.stat().uid() == libc.geteuid();
    if (closed) {
      libc.fchmodat(Linux.AT_FDCWD, kept.path(), mode | OWNER_ALL);
    }
    try {
      move.run();
    } finally {
      if (closed) {
        libc.fchmodat(Linux.AT_FDCWD, kept.path(), mode);
      }
    }
  }

  /**
   * To be called when a directory was given this mode, which may have closed it to this process.
   */
  public void given(Gfid gfid, int permissions) {
    if (ownerBound && (permissions & OWNER_ALL) != OWNER_ALL) {
      forget(gfid);
    }
  }

  /** Sets the mark of a directory. */
  public void mark(Directory directory, Mark mark) throws PosixException {
    touched.beforeMark(directory);
    marks.write(directory.descriptor(), mark);
  }

  /** Returns the path of a directory below the root or below limbo, as the inventory has it. */
  public EntryPath path(Gfid directory) {
    List<FileName> names = new ArrayList<>();
    Set<Gfid> seen = new HashSet<>();
    Gfid at = directory;
    while (!at.equals(root.gfid()) && !at.equals(Directory.LIMBO) && seen.add(at)) {
      Optional<Place> home = inventory.home(at);
      if (home.isEmpty()) {
        break;
      }
      names.add(0, home.get().name());
      at = home.get().directory();
    }
    return EntryPath.of(names);
  }

  /** Returns where a directory is, as far as is known. */
  public Optional<Place> home(Gfid directory) {
    return inventory.home(directory);
  }

  /** Returns where a gfid may be. */
  public List<Place> candidates(Gfid gfid) {
    return inventory.places(gfid);
  }

  /** Forgets a directory, so that it is found anew when next asked for. */
  public void forget(Gfid gfid) {
    Directory directory = open.remove(gfid);
    if (directory != null) {
      close(directory);
    }
  }

  /** Closes what was used longest ago; no {@link Directory} got before may be used after. */
  public void trim() {
    Iterator<Map.Entry<Gfid, Directory>> oldest = open.entrySet().iterator();
    for (int over = open.size() - KEPT_OPEN; over > 0; over--) {
      Directory directory = oldest.next().getValue();
      oldest.remove();
      close(directory);
    }
  }

  private void close(Directory directory) {
    try {
      libc.close(directory.descriptor());
    } catch (PosixException e) {
      // An O_PATH descriptor has nothing to write back: closed all the same.
      return;
    }
  }

  /** Closes all but root and limbo. */
  @Override
  public void close() {
    open.values().forEach(this::close);
    open.clear();
  }
}
