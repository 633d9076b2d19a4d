package org.georep.secondary.retain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Origins;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes from limbo what no batch can want any more.
 *
 * <p>A directory's own directories become items of limbo themselves before it goes, so that depth
 * costs nothing and a crash leaves nothing but items of limbo. What was not made by georep and lies
 * in a directory that goes, or was changed by somebody else, is set aside, not removed.
 */
public final class Discard implements Release {
  private static final Logger LOG = LoggerFactory.getLogger(Discard.class);

  private final Tree tree;
  private final Limbo limbo;
  private final Retention retention;
  private final @Nullable Origins origins;

  /**
   * Makes it.
   *
   * @param origins where it is noted that an item is not to be put back; null if none is
   */
  public Discard(Tree tree, Limbo limbo, Retention retention, @Nullable Origins origins) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
    this.retention = Objects.requireNonNull(retention, "retention is null");
    this.origins = origins;
  }

  @Override
  public Released upTo(long batch) {
    return new Released(all(limbo.upTo(batch)), false);
  }

  /**
   * Removes these items, and what is in them; what cannot go yet stays.
   *
   * @return how many entries left
   */
  long all(Iterable<FileName> items) {
    long gone = 0;
    Deque<FileName> todo = new ArrayDeque<>();
    for (FileName each : items) {
      todo.add(each);
      while (!todo.isEmpty()) {
        // The latest first: what waits is bounded by the depth of one item and its width.
        FileName item = todo.removeLast();
        try {
          gone += discard(item, todo);
        } catch (PosixException e) {
          LOG.warn("An item of limbo ({}) cannot be removed yet: {}", item, e.getMessage());
        }
        tree.directories().trim();
      }
    }
    return gone;
  }

  private long discard(FileName item, Deque<FileName> todo) throws PosixException {
    Found found = tree.look(tree.directories().limbo(), item);
    if (found == null) {
      limbo.left(item);
      return 0;
    }
    if (found.isForeign() || isOthers(found)) {
      tree.setAside(found);
      return 0;
    }
    long gone = found.isDirectory() ? empty(found, todo) : 0;
    AgentFailpoint.DISCARD_EMPTIED.reached();
    retention.leave(found);
    AgentFailpoint.DISCARD_LEFT.reached();
    return gone + 1;
  }

  /** Contents somebody else changed, and that no other name holds. */
  private static boolean isOthers(Found found) {
    return found.stat().nlink() == 1 && found.isChangedByOthers();
  }

  private long empty(Found found, Deque<FileName> todo) throws PosixException {
    Gfid gfid = found.mark().orElseThrow().gfid();
    long gone = 0;
    try (Node node = tree.open(found.directory(), found.name())) {
      if (node == null) {
        return 0;
      }
      Directory directory = tree.directories().unlocked(new Directory(gfid, node.descriptor()));
      for (FileName name : tree.names(directory)) {
        Found inside = tree.look(directory, name);
        if (inside == null) {
          continue;
        }
        if (inside.isForeign() || isOthers(inside)) {
          tree.setAside(inside);
        } else if (inside.isDirectory()) {
          Gfid below = inside.mark().orElseThrow().gfid();
          FileName item = limbo.nameFor(below);
          if (origins != null) {
            origins.noteGoing(item);
          }
          limbo.entered(item, limbo.batch(found.name()));
          limbo.cameFrom(item, tree.pathBefore(inside));
          tree.move(inside, below, tree.directories().limbo(), item);
          todo.add(item);
        } else {
          retention.leave(inside);
          gone++;
        }
      }
    }
    return gone;
  }
}
