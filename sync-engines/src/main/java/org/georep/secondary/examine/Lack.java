package org.georep.secondary.examine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.protocol.Kind;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;

/**
 * What a secondary knows to be missing in itself: directories whose names are not all there, and
 * files whose contents changed on the primary and did not arrive. What the primary never told of is
 * not among it.
 */
public final class Lack {
  private static final int MOST_PATHS = 1000;

  private final Tree tree;
  private final Inventory inventory;

  /** Makes it for a tree. */
  public Lack(Tree tree, Inventory inventory) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
  }

  /**
   * What was found.
   *
   * @param incomplete how many directories
   * @param doubted how many names of files
   * @param paths of both; a bounded number
   */
  public record Sum(long incomplete, long doubted, List<EntryPath> paths) {
    /** Copies its part. */
    public Sum {
      paths = List.copyOf(paths);
    }
  }

  /** Looks for it, in the whole inventory. */
  public Sum find() throws IOException {
    List<EntryPath> paths = new ArrayList<>();
    long incomplete = 0;
    for (Gfid directory : inventory.incomplete()) {
      Optional<EntryPath> path = path(directory);
      if (path.isPresent()) {
        incomplete++;
        add(paths, path.get());
      }
    }
    List<Place> candidates = new ArrayList<>();
    inventory.each(
        (place, entry) -> {
          if (entry.kind() == Kind.FILE && entry.ctime().isEmpty() && !entry.kept()) {
            candidates.add(place);
          }
        });
    long doubted = 0;
    for (Place place : candidates) {
      if (isDoubted(place)) {
        Optional<EntryPath> above = path(place.directory());
        if (above.isPresent()) {
          doubted++;
          add(paths, above.get().resolve(place.name()));
        }
      }
    }
    return new Sum(incomplete, doubted, paths);
  }

  private static void add(List<EntryPath> paths, EntryPath path) {
    if (paths.size() < MOST_PATHS) {
      paths.add(path);
    }
  }

  /** What a mount hides counts: nobody can tell that it arrived. */
  private boolean isDoubted(Place place) throws PosixException {
    try {
      Directory directory = tree.directories().get(place.directory());
      Found found = directory == null ? null : tree.look(directory, place.name());
      return found != null && found.mark().filter(mark -> isDoubted(mark)).isPresent();
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        return true;
      }
      throw e;
    } finally {
      tree.directories().trim();
    }
  }

  private static boolean isDoubted(Mark mark) {
    return mark.token().isEmpty() && mark.standIn().isEmpty() && !mark.isKept();
  }

  /** Nothing for what is not in the tree, but in limbo, or nowhere. */
  private Optional<EntryPath> path(Gfid directory) {
    List<FileName> names = new ArrayList<>();
    Set<Gfid> seen = new HashSet<>();
    Gfid at = directory;
    Gfid root = tree.directories().root().gfid();
    while (!at.equals(root)) {
      Optional<Place> home = inventory.home(at);
      if (home.isEmpty() || at.equals(Directory.LIMBO) || !seen.add(at)) {
        return Optional.empty();
      }
      names.add(0, home.get().name());
      at = home.get().directory();
    }
    return Optional.of(EntryPath.of(names));
  }
}
