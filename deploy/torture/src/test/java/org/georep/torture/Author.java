package org.georep.torture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.testing.ChurnNames;

/**
 * Thinks up one writer's operations. It keeps a view of the tree that counts its own operations
 * only, as if all succeeded, so that what it thinks up depends on its seed alone and not on what
 * the other writers do meanwhile; since all take their names from a small set, they meet often.
 */
final class Author {
  private static final int STORM_ONE_IN = 12;
  private static final int SLOTS = 3;

  private final int writer;
  private final int longestRest;
  private final boolean links;
  private final Random random;
  private final ChurnNames names;
  private final View view;
  private final Storms storms;
  private final Deque<Operation> next = new ArrayDeque<>();

  /**
   * Makes it.
   *
   * @param longestRest between operations, in microseconds; now and then twenty times as long
   * @param links whether files get second names
   */
  Author(int writer, long seed, int longestRest, boolean links) {
    this.writer = writer;
    this.longestRest = longestRest;
    this.links = links;
    this.random = new Random(seed);
    this.names = new ChurnNames(random);
    this.view = new View(random);
    this.storms = new Storms(this, view, random);
  }

  int writer() {
    return writer;
  }

  /** Returns the next operation. */
  Operation next() {
    while (next.isEmpty()) {
      if (random.nextInt(STORM_ONE_IN) == 0) {
        storms.raise();
      } else {
        single(choose());
      }
    }
    return next.remove();
  }

  private Kind choose() {
    int at = random.nextInt(Arrays.stream(Kind.values()).mapToInt(kind -> kind.weight).sum());
    for (Kind kind : Kind.values()) {
      at -= kind.weight;
      if (at < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("no kinds are left");
  }

  private void single(Kind kind) {
    switch (kind) {
      case CREATE, NODE -> make(kind, fresh(), seed(), kind == Kind.NODE ? device() : size());
      case MKDIR -> make(kind, fresh(), mode(), 0);
      case SYMLINK -> make(kind, fresh(), seed(), 0);
      case APPEND, WRITE, MAP -> change(kind, View.Type.FILE, seed(), size());
      case TRUNCATE -> change(kind, View.Type.FILE, 0, random.nextInt(1 << 20));
      case ALLOCATE, PUNCH ->
          change(kind, View.Type.FILE, random.nextInt(1 << 18), 1 + random.nextInt(300_000));
      case CHMOD -> change(kind, View.Type.ANY, mode(), 0);
      case CHOWN -> change(kind, View.Type.ANY, random.nextInt(70_000), random.nextInt(70_000));
      case TIMES -> change(kind, View.Type.ANY, time(), random.nextInt(1_000_000_000));
      case XATTR ->
          change(kind, View.Type.ANY, seed(), random.nextInt(random.nextInt(10) == 0 ? 2000 : 60));
      case UNXATTR, ACL -> change(kind, View.Type.ANY, seed(), 0);
      case LINK -> toFresh(kind, View.Type.NO_DIRECTORY);
      case RENAME -> toFresh(kind, View.Type.ANY);
      case RENAME_OVER, EXCHANGE -> over(kind);
      case UNLINK -> change(kind, View.Type.NO_DIRECTORY, 0, 0);
      case RMDIR -> change(kind, View.Type.DIRECTORY, 0, 0);
      case MOVE_OUT -> change(kind, View.Type.ANY, slot(), 0);
      case MOVE_IN -> make(kind, fresh(), slot(), 0);
      case OPEN -> change(kind, View.Type.FILE, slot(), 0);
      case WRITE_OPEN, CLOSE -> held(kind, slot(), random.nextInt(1 << 20));
      case REST -> rest();
    }
  }

  /** Adds an operation that makes an entry. */
  void make(Kind kind, EntryPath path, long a, long b) {
    add(Operation.of(writer, kind, path, a, b));
    view.made(path, kind == Kind.MKDIR);
  }

  /** Adds an operation on an entry that is thought to be there. */
  private void change(Kind kind, View.Type type, long a, long b) {
    view.pick(type).ifPresent(path -> on(kind, path, a, b));
  }

  /** Adds an operation on an entry. */
  void on(Kind kind, EntryPath path, long a, long b) {
    add(Operation.of(writer, kind, path, a, b));
    if (kind == Kind.UNLINK || kind == Kind.RMDIR || kind == Kind.MOVE_OUT) {
      view.gone(path);
    }
  }

  private void toFresh(Kind kind, View.Type type) {
    view.pick(type).ifPresent(path -> two(kind, path, fresh()));
  }

  private void over(Kind kind) {
    view.pick(View.Type.ANY)
        .ifPresent(
            path ->
                view.pick(
                        kind == Kind.EXCHANGE || random.nextInt(8) == 0
                            ? View.Type.ANY
                            : view.isDirectory(path) ? View.Type.DIRECTORY : View.Type.NO_DIRECTORY)
                    .ifPresent(over -> two(kind, path, over)));
  }

  /** Adds an operation on two names. */
  void two(Kind kind, EntryPath path, EntryPath other) {
    if (path.equals(other) || !view.fits(path, other) || (kind == Kind.LINK && !links)) {
      return;
    }
    add(new Operation(writer, kind, path, other, 0, 0));
    switch (kind) {
      case LINK -> view.made(other, false);
      case EXCHANGE -> view.exchanged(path, other);
      default -> view.moved(path, other);
    }
  }

  /** Adds an operation on what is held open. */
  void held(Kind kind, long slot, long seed) {
    add(Operation.of(writer, kind, EntryPath.ROOT, slot, seed));
  }

  private void add(Operation operation) {
    next.add(operation);
  }

  /** Adds a rest, often a short one. */
  void rest() {
    if (longestRest > 0) {
      int most = random.nextInt(20) == 0 ? longestRest * 20 : longestRest;
      add(Operation.of(writer, Kind.REST, EntryPath.ROOT, random.nextInt(most), 0));
    }
  }

  /** Returns a path that may be free, in a directory that may be there. */
  EntryPath fresh() {
    return freshIn(view.directory());
  }

  /** Returns a path that may be free, in a directory. */
  EntryPath freshIn(EntryPath directory) {
    EntryPath path = directory.resolve(names.next());
    for (int tries = 0; tries < 4 && view.isKnown(path); tries++) {
      path = directory.resolve(names.next());
    }
    return path;
  }

  /** Returns so many paths of names that are numbered. */
  List<EntryPath> numbered(EntryPath directory, String name, int count) {
    List<EntryPath> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      paths.add(directory.resolve(FileName.of(name + i)));
    }
    return paths;
  }

  int slot() {
    return writer * SLOTS + random.nextInt(SLOTS);
  }

  long seed() {
    return random.nextInt(Integer.MAX_VALUE);
  }

  /** Returns a size: mostly small, now and then half a megabyte. */
  long size() {
    int[] bounds = {1, 100, 5000, 5000, 70_000};
    int kind = random.nextInt(30);
    return random.nextInt(kind == 0 ? 1 << 19 : bounds[kind % 5]);
  }

  int mode() {
    return random.nextInt(4) == 0 ? random.nextInt(010000) : random.nextBoolean() ? 0755 : 0644;
  }

  private long device() {
    return ((long) random.nextInt(0x1000) << 8) | random.nextInt(0x100);
  }

  private long time() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(); // from 1901 to 2038
      case 1 -> (1L << 31) + random.nextInt(Integer.MAX_VALUE); // beyond 2038
      case 2 -> -1;
      default -> 1_700_000_000L + random.nextInt(100_000_000);
    };
  }
}
