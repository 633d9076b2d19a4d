package org.georep.secondary.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.protocol.Kind;
import org.georep.protocol.Relative;
import org.georep.protocol.Reply;
import org.georep.protocol.Token;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.Lock;
import org.georep.secondary.durability.SecondaryId;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Node;
import org.jspecify.annotations.Nullable;

/**
 * Tells which inode of a promoted secondary stands for which of the old primary: by the marks on
 * them, wherever they were moved since, and by what the inventory says was last applied; and at the
 * end, which of the old primary's are not here any more. Changes nothing.
 *
 * <p>Memory: eight bytes for each file met, to know which were not; and the directories not entered
 * yet.
 */
final class Kinship implements AutoCloseable {
  private static final int AT_ONCE = 2000;
  private static final int MOST_GONE = 500_000;
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  /** A change this long before a moment may share its ctime with one after it. */
  private static final Duration TICK = Duration.ofMillis(20);

  private static final FileName LOST_AND_FOUND = FileName.of("lost+found");

  private final Libc libc;
  private final int root;
  private final int control;
  private final Lock lock;
  private final SecondaryId id;
  private final Instant unchanged;
  private final Marks marks;
  private final @Nullable Inventory inventory;
  private final Deque<EntryPath> left = new ArrayDeque<>();
  private EntryPath path = EntryPath.ROOT;
  private int directory = -1;
  private Iterator<Dirent> names = Collections.emptyIterator();
  private final Deque<Relative> found = new ArrayDeque<>();
  private long[] met = new long[1024];
  private int metCount;
  private boolean walked;

  private Kinship(
      Libc libc,
      int root,
      int control,
      Lock lock,
      SecondaryId id,
      Marks marks,
      @Nullable Inventory inventory) {
    this.libc = libc;
    this.root = root;
    this.control = control;
    this.lock = lock;
    this.id = id;
    this.unchanged = id.promoted().orElseThrow().minus(TICK);
    this.marks = marks;
    this.inventory = inventory;
    left.push(EntryPath.ROOT);
  }

  /**
   * Opens a promoted secondary.
   *
   * @throws Refusal if it is none
   */
  static Kinship open(Libc libc, Clock clock, byte[] path) throws IOException {
    RootDirectory directory = new RootDirectory(libc, path);
    int root = directory.open();
    int control = root < 0 ? -1 : Control.openExisting(libc, root);
    @Nullable Lock lock = null;
    @Nullable Kinship kinship = null;
    try {
      Optional<SecondaryId> id =
          control < 0 ? Optional.empty() : new ControlFiles(libc, control).readId();
      if (id.isEmpty() || id.get().promoted().isEmpty() || !id.get().settled()) {
        throw new Refusal(
            Reply.Refusal.UNUSABLE,
            directory + " is not promoted. Run first: georep promote " + directory);
      }
      lock = Lock.take(libc, control, 0);
      if (lock == null) {
        throw new Refusal(
            Reply.Refusal.LOCKED, directory + " is being promoted or failed back already");
      }
      boolean isRoot = libc.geteuid() == 0;
      Marks marks = new Marks(libc, Identity.on(libc, root), root, isRoot);
      Inventory inventory = inventory(libc, clock, root, control, marks, id.get(), isRoot);
      kinship = new Kinship(libc, root, control, lock, id.get(), marks, inventory);
      return kinship;
    } finally {
      if (kinship == null) {
        close(libc, lock, control, root);
      }
    }
  }

  private static @Nullable Inventory inventory(
      Libc libc, Clock clock, int root, int control, Marks marks, SecondaryId id, boolean isRoot)
      throws IOException {
    int limbo = Control.make(libc, control, "limbo".getBytes(StandardCharsets.US_ASCII));
    try {
      // Only what is needed to find the file: nothing else is opened, or closed by it.
      Control reading = new Control(libc, root, control, -1, limbo, -1);
      Directory top = new Directory(id.root(), root);
      ControlFiles files = new ControlFiles(libc, control);
      return new Recovery(libc, clock, reading, files, marks, top, !isRoot).existing(true);
    } finally {
      libc.close(limbo);
    }
  }

  private static void close(Libc libc, @Nullable Lock lock, int control, int root)
      throws PosixException {
    if (lock != null) {
      lock.close();
    }
    if (control >= 0) {
      libc.close(control);
    }
    if (root >= 0) {
      libc.close(root);
    }
  }

  /** Returns the next portion. */
  Reply.Kin next() throws IOException {
    while (found.size() < AT_ONCE && (names.hasNext() || !left.isEmpty())) {
      if (names.hasNext()) {
        FileName name = names.next().name();
        if (!path.isRoot() || !(name.equals(FileName.of(Control.NAME)) || isLost(name))) {
          look(directory, path.resolve(name), name);
        }
      } else {
        enter(left.pop());
      }
    }
    if (left.isEmpty() && !names.hasNext() && !walked) {
      walked = true;
      Arrays.sort(met, 0, metCount);
      gone();
    }
    List<Relative> portion = new ArrayList<>();
    while (portion.size() < AT_ONCE && !found.isEmpty()) {
      portion.add(found.pop());
    }
    return new Reply.Kin(id.volume(), id.epoch(), portion, walked && found.isEmpty());
  }

  private void enter(EntryPath next) throws PosixException {
    leave();
    int opened = open(next);
    if (opened >= 0) {
      directory = opened;
      path = next;
      names = libc.list(opened).iterator();
    }
  }

  private void leave() throws PosixException {
    if (directory >= 0) {
      libc.close(directory);
      directory = -1;
    }
  }

  private static boolean isLost(FileName name) {
    return name.equals(LOST_AND_FOUND);
  }

  /** Name by name, since a path may be longer than the kernel takes; -1 if it is gone. */
  private int open(EntryPath path) throws PosixException {
    int at = libc.openat(root, new byte[] {'.'}, FLAGS, 0);
    for (FileName name : path.names()) {
      int next = -1;
      try {
        next = libc.openat(at, name.toBytes(), FLAGS, 0);
      } catch (PosixException e) {
        if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
          throw e;
        }
      } finally {
        libc.close(at);
      }
      if (next < 0) {
        return -1;
      }
      at = next;
    }
    return at;
  }

  private void look(int directory, EntryPath path, FileName name) throws PosixException {
    try (Node node = Node.open(libc, directory, name)) {
      if (node == null) {
        return;
      }
      if (marks.holds(node.kind())) {
        marks
            .read(node.descriptor())
            .filter(mark -> !mark.isKept() && mark.standIn().isEmpty())
            .ifPresent(mark -> relate(node, mark));
      }
      if (node.kind() == Kind.DIRECTORY) {
        left.push(path);
      }
    } catch (PosixException e) {
      if (!e.is(Errno.EXDEV)) { // a mount point
        throw e;
      }
    }
  }

  private void relate(Node node, Mark mark) {
    Gfid own;
    try {
      own = marks.own(node.descriptor());
    } catch (PosixException e) {
      return; // it is sent anew
    }
    Optional<Token> left = mark.left();
    boolean same =
        node.kind() != Kind.FILE
            || left.filter(
                    token ->
                        token.size() == node.stat().size()
                            && token.mtime().equals(node.stat().mtime()))
                .isPresent();
    Instant now = node.stat().ctime();
    found.add(
        new Relative(
            mark.gfid(),
            Optional.of(own),
            node.kind(),
            left,
            applied(mark.gfid()),
            same && mark.token().equals(left) ? Optional.of(now) : Optional.empty(),
            now.isBefore(unchanged)));
    if (metCount == met.length) {
      met = Arrays.copyOf(met, metCount * 2);
    }
    met[metCount++] = digest(mark.gfid());
  }

  /** The old primary's ctime when it was last applied. */
  private Optional<Instant> applied(Gfid gfid) {
    if (inventory == null) {
      return Optional.empty();
    }
    for (Place place : inventory.places(gfid)) {
      Optional<Entry> entry = inventory.entry(place).filter(known -> known.gfid().equals(gfid));
      if (entry.isPresent()) {
        return entry.get().ctime();
      }
    }
    return Optional.empty();
  }

  /** What was here when it was promoted, and is not any more. */
  private void gone() {
    if (inventory == null) {
      return;
    }
    inventory.each(
        (place, entry) -> {
          if (found.size() < MOST_GONE
              && !entry.kept()
              && entry.ctime().isPresent()
              && Arrays.binarySearch(met, 0, metCount, digest(entry.gfid())) < 0) {
            found.add(
                new Relative(
                    entry.gfid(),
                    Optional.empty(),
                    entry.kind(),
                    Optional.empty(),
                    entry.ctime(),
                    Optional.empty(),
                    false));
          }
        });
  }

  /** 64 bits: two that share them cost one file that is set aside instead of deleted. */
  private static long digest(Gfid gfid) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : gfid.toBytes()) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash ^ (hash >>> 32);
  }

  @Override
  public void close() throws PosixException {
    leave();
    if (inventory != null) {
      inventory.abandon();
    }
    close(libc, lock, control, root);
  }
}
