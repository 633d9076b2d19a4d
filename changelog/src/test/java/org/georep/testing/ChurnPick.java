package org.georep.testing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Picks directories and entries of a tree at random by walking down from the root. Listings are
 * sorted first, so that the same tree and the same randomness pick the same.
 */
final class ChurnPick {
  /** Directories with a longer path get nothing put into them. */
  private static final int LONGEST_DIRECTORY = 1200;

  /** No path gets longer: many programs end at PATH_MAX, 4096. */
  private static final int LONGEST_PATH = 3000;

  private static final int TRIES = 6;
  private static final int OPEN = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  private final Libc libc;
  private final byte[] root;
  private final Random random;

  ChurnPick(Libc libc, byte[] root, Random random) {
    this.libc = libc;
    this.root = root.clone();
    this.random = random;
  }

  /** An open directory and where it is. */
  static final class Spot implements AutoCloseable {
    private final Libc libc;
    private final int descriptor;
    private final EntryPath path;

    Spot(Libc libc, int descriptor, EntryPath path) {
      this.libc = libc;
      this.descriptor = descriptor;
      this.path = path;
    }

    int descriptor() {
      return descriptor;
    }

    EntryPath path() {
      return path;
    }

    @Override
    public void close() throws PosixException {
      libc.close(descriptor);
    }
  }

  /** An entry of an open directory; closing closes the directory. */
  record Entry(Spot in, FileName name, Stat stat) implements AutoCloseable {
    int directory() {
      return in.descriptor();
    }

    byte[] bytes() {
      return name.toBytes();
    }

    EntryPath path() {
      return in.path().resolve(name);
    }

    @Override
    public void close() throws PosixException {
      in.close();
    }
  }

  /** Returns a directory, often the root. */
  Spot directory() throws PosixException {
    Spot spot = new Spot(libc, libc.openat(Linux.AT_FDCWD, root, OPEN, 0), EntryPath.ROOT);
    while (random.nextInt(10) < 7) {
      List<FileName> inside = names(spot, Linux.S_IFDIR);
      if (inside.isEmpty()) {
        break;
      }
      FileName name = inside.get(random.nextInt(inside.size()));
      EntryPath path = spot.path().resolve(name);
      if (path.toBytes().length > LONGEST_DIRECTORY) {
        break;
      }
      Spot above = spot;
      try (above) {
        spot = new Spot(libc, libc.openat(above.descriptor(), name.toBytes(), OPEN, 0), path);
      }
    }
    return spot;
  }

  /** Returns an entry whose type bits match, or null if none was found in a few places. */
  @Nullable Entry entry(IntPredicate type) throws PosixException {
    for (int tries = 0; tries < TRIES; tries++) {
      Spot spot = directory();
      Entry found = null;
      try {
        found = entryIn(spot, type);
        if (found != null) {
          return found;
        }
      } finally {
        if (found == null) {
          spot.close();
        }
      }
    }
    return null;
  }

  private @Nullable Entry entryIn(Spot spot, IntPredicate type) throws PosixException {
    List<FileName> names = names(spot, -1);
    while (!names.isEmpty()) {
      FileName name = names.remove(random.nextInt(names.size()));
      Stat stat = libc.statx(spot.descriptor(), name.toBytes(), Linux.AT_SYMLINK_NOFOLLOW);
      if (type.test(stat.type()) && !stat.mountRoot()) {
        return new Entry(spot, name, stat);
      }
    }
    return null;
  }

  /** Returns whether {@code entry} with all below it still has short enough paths in there. */
  boolean fits(Entry entry, Spot target) throws PosixException {
    int below = entry.stat().isDirectory() ? height(entry.directory(), entry.bytes()) : 0;
    return target.path().toBytes().length + FileName.MAX_LENGTH + 1 + below < LONGEST_PATH;
  }

  private int height(int parent, byte[] name) throws PosixException {
    int directory = libc.openat(parent, name, OPEN, 0);
    try {
      int highest = 0;
      for (Dirent entry : libc.list(directory)) {
        byte[] inside = entry.name().toBytes();
        int below = 1 + inside.length;
        if (libc.statx(directory, inside, Linux.AT_SYMLINK_NOFOLLOW).isDirectory()) {
          below += height(directory, inside);
        }
        highest = Math.max(highest, below);
      }
      return highest;
    } finally {
      libc.close(directory);
    }
  }

  /** Names in a directory, sorted; of one type, or of all (-1). Not georep's own at the top. */
  private List<FileName> names(Spot spot, int type) throws PosixException {
    List<FileName> names = new ArrayList<>();
    for (Dirent entry : libc.list(spot.descriptor())) {
      boolean own =
          spot.path().isRoot()
              && (entry.name().equals(FileName.of(".georep"))
                  || entry.name().equals(FileName.of("lost+found")));
      if (!own && (type < 0 || entry.type() << 12 == type)) {
        names.add(entry.name());
      }
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }
}
