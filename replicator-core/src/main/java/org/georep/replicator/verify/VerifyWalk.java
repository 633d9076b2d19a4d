package org.georep.replicator.verify;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/**
 * The order in which directories are visited: each before what is below it, those of one directory
 * by name. So a path says how far a walk is, and one that begins there meets the rest, whatever was
 * made or removed meanwhile. It keeps the directories beside the way down, not the tree. What is
 * renamed from ahead of it to behind it is met by the next walk. For one thread.
 */
final class VerifyWalk {
  /**
   * A directory to visit.
   *
   * @param place its name, empty for the root
   * @param passing whether it was compared before, and only leads to where the walk goes on
   */
  record Visit(Gfid gfid, EntryPath path, Optional<Place> place, boolean passing) {}

  /** A directory found in another. */
  record Child(FileName name, Gfid gfid) {}

  private record Level(EntryPath path, Gfid gfid, Deque<Child> left) {}

  private final Deque<Level> levels = new ArrayDeque<>();
  private final Deque<Visit> again = new ArrayDeque<>();
  private final EntryPath from;

  private VerifyWalk(EntryPath from) {
    this.from = Objects.requireNonNull(from, "from is null");
  }

  /** Returns one that visits nothing but what it is told to, see {@link #again}. */
  static VerifyWalk ofNothing() {
    return new VerifyWalk(EntryPath.ROOT);
  }

  VerifyWalk(Gfid root, EntryPath from) {
    this(from);
    again.add(new Visit(root, EntryPath.ROOT, Optional.empty(), !from.isRoot()));
  }

  /** A directory is to be visited after all, with what is below it. */
  void again(Gfid gfid, EntryPath path, Place place) {
    levels.removeIf(level -> level.path().startsWith(path)); // it was read, but not compared
    again.add(new Visit(gfid, path, Optional.of(place), false));
  }

  boolean isOver() {
    return again.isEmpty() && levels.stream().allMatch(level -> level.left().isEmpty());
  }

  /** Returns the path of the directory that comes next, if there is one. */
  Optional<EntryPath> upcoming() {
    drop();
    return levels.isEmpty()
        ? Optional.empty()
        : Optional.of(levels.element().path().resolve(levels.element().left().element().name()));
  }

  private void drop() {
    while (!levels.isEmpty() && levels.element().left().isEmpty()) {
      levels.pop();
    }
  }

  Optional<Visit> next() {
    if (!again.isEmpty()) {
      return Optional.of(again.remove());
    }
    drop();
    if (levels.isEmpty()) {
      return Optional.empty();
    }
    Level level = levels.element();
    Child child = level.left().remove();
    EntryPath path = level.path().resolve(child.name());
    return Optional.of(
        new Visit(
            child.gfid(),
            path,
            Optional.of(new Place(level.gfid(), child.name())),
            from.startsWith(path) && !from.equals(path)));
  }

  /** Adds the directories found in one that was visited, in ascending order of name. */
  void below(Visit visited, Collection<Child> children) {
    Deque<Child> left = new ArrayDeque<>(children);
    if (visited.passing()) {
      List<FileName> names = from.names();
      FileName first = names.get(visited.path().names().size());
      left.removeIf(child -> child.name().compareTo(first) < 0);
    }
    if (!left.isEmpty()) {
      levels.push(new Level(visited.path(), visited.gfid(), left));
    }
  }
}
