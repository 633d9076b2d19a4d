package org.georep.secondary.retain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * A directory and those below it, each after all that are in it. What is kept already, what is not
 * georep's and what lies under a mount is left out. Memory holds the directories on the way down to
 * one, and those beside them; what comes to a directory after it was entered is not met. For one
 * thread.
 */
final class Below {
  private final Tree tree;
  private final Whereabouts whereabouts;
  private final Entering entering;
  private final Deque<Level> way = new ArrayDeque<>();
  private @Nullable Gfid top;

  /** Called for each directory before those in it. */
  interface Entering {
    void enter(Directory directory) throws PosixException;
  }

  private record Level(Gfid directory, Iterator<Gfid> inside) {}

  Below(Tree tree, Whereabouts whereabouts, Gfid top, Entering entering) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.whereabouts = Objects.requireNonNull(whereabouts, "whereabouts is null");
    this.entering = Objects.requireNonNull(entering, "entering is null");
    this.top = Objects.requireNonNull(top, "top is null");
  }

  /** Returns the next one, the first directory last; null after that. */
  @Nullable Gfid next() throws PosixException {
    if (top != null) {
      enter(top);
      top = null;
    }
    while (!way.isEmpty()) {
      Level level = way.getLast();
      if (!level.inside.hasNext()) {
        way.removeLast();
        return level.directory;
      }
      enter(level.inside.next());
    }
    return null;
  }

  private void enter(Gfid gfid) throws PosixException {
    Directory directory = tree.directories().get(gfid);
    List<Gfid> inside = new ArrayList<>();
    if (directory != null) {
      entering.enter(directory);
      for (FileName name : tree.mayBeDirectories(directory)) {
        Found found = whereabouts.own(directory, name);
        if (found != null && found.isDirectory() && !found.isKept()) {
          inside.add(found.mark().orElseThrow().gfid());
        }
      }
    }
    way.add(new Level(gfid, inside.iterator()));
    tree.directories().trim();
  }
}
