package org.georep.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.georep.name.EntryPath;
import org.georep.name.FileName;

/**
 * What a writer thinks the tree holds. Bounded: when it has become too much, the oldest is
 * forgotten, not removed.
 */
final class View {
  /** No path of the tree gets longer, but for those in {@link #ABYSS}; rsync ends at PATH_MAX. */
  private static final int LONGEST = 1800;

  private static final int MOST = 700;
  private static final int TRIES = 8;

  /** The directory in which paths are longer than PATH_MAX; no directory leaves it. */
  static final EntryPath ABYSS = EntryPath.parse("abyss");

  /** Which entries are meant. */
  enum Type {
    FILE,
    DIRECTORY,
    NO_DIRECTORY,
    ANY
  }

  private record Known(EntryPath path, boolean directory) {}

  private final Random random;
  private final List<Known> known = new ArrayList<>();

  View(Random random) {
    this.random = random;
  }

  void made(EntryPath path, boolean directory) {
    known.removeIf(entry -> entry.path().equals(path));
    known.add(new Known(path, directory));
    if (known.size() > MOST) {
      known.subList(0, MOST / 7).clear();
    }
  }

  void gone(EntryPath path) {
    known.removeIf(entry -> entry.path().startsWith(path));
  }

  void moved(EntryPath from, EntryPath to) {
    gone(to);
    known.replaceAll(entry -> renamed(entry, from, to));
  }

  void exchanged(EntryPath one, EntryPath other) {
    known.replaceAll(
        entry ->
            entry.path().startsWith(one) ? renamed(entry, one, other) : renamed(entry, other, one));
  }

  private static Known renamed(Known entry, EntryPath from, EntryPath to) {
    if (!entry.path().startsWith(from)) {
      return entry;
    }
    List<FileName> names = new ArrayList<>(to.names());
    names.addAll(entry.path().names().subList(from.names().size(), entry.path().names().size()));
    return new Known(EntryPath.of(names), entry.directory());
  }

  /** Returns whether what is at {@code from} may get the name {@code to}. */
  boolean fits(EntryPath from, EntryPath to) {
    boolean directory = isDirectory(from) || isDirectory(to);
    if (from.equals(ABYSS) || to.equals(ABYSS)) {
      return false;
    }
    if (directory && (from.startsWith(ABYSS) || to.startsWith(ABYSS))) {
      return from.startsWith(ABYSS) && to.startsWith(ABYSS);
    }
    int below = known.stream().mapToInt(e -> length(e.path(), from)).max().orElse(0);
    return to.startsWith(ABYSS) || length(to) + below < LONGEST;
  }

  private static int length(EntryPath path) {
    return path.names().stream().mapToInt(name -> name.length() + 1).sum();
  }

  private static int length(EntryPath path, EntryPath top) {
    return path.startsWith(top) ? length(path) - length(top) : 0;
  }

  boolean isDirectory(EntryPath path) {
    return known.stream().anyMatch(entry -> entry.path().equals(path) && entry.directory());
  }

  boolean isKnown(EntryPath path) {
    return known.stream().anyMatch(entry -> entry.path().equals(path));
  }

  /** Returns an entry, if a few tries find one of the type. */
  Optional<EntryPath> pick(Type type) {
    for (int i = 0; i < TRIES && !known.isEmpty(); i++) {
      Known entry = known.get(random.nextInt(known.size()));
      boolean fits =
          switch (type) {
            case ANY -> true;
            case DIRECTORY -> entry.directory();
            case FILE, NO_DIRECTORY -> !entry.directory();
          };
      if (fits && !entry.path().equals(ABYSS)) {
        return Optional.of(entry.path());
      }
    }
    return Optional.empty();
  }

  /** Returns a directory to put something into; often the root. */
  EntryPath directory() {
    if (random.nextInt(4) == 0) {
      return EntryPath.ROOT;
    }
    return pick(Type.DIRECTORY)
        .filter(path -> path.startsWith(ABYSS) || length(path) < LONGEST / 2)
        .orElse(EntryPath.ROOT);
  }

  /** Returns what it thinks is below a directory, parents first. */
  List<EntryPath> below(EntryPath directory, boolean directories) {
    List<EntryPath> found = new ArrayList<>();
    for (Known entry : known) {
      if (entry.directory() == directories
          && entry.path().startsWith(directory)
          && !entry.path().equals(directory)) {
        found.add(entry.path());
      }
    }
    found.sort(java.util.Comparator.comparingInt(path -> path.names().size()));
    return found;
  }
}
