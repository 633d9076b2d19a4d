package org.georep.replicator.crawl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.georep.name.Gfid;

/**
 * Directories to be listed, each once, the one added last first: so a tree is walked depth first,
 * and what waits is bounded by its depth and the width of single directories, not by its size. For
 * one thread.
 */
public final class ToList {
  private final Deque<Gfid> order = new ArrayDeque<>();
  private final Set<Gfid> waiting = new HashSet<>();

  /** Adds one, unless it waits already. */
  public void add(Gfid directory) {
    if (waiting.add(directory)) {
      order.push(directory);
    }
  }

  /** Adds all of these that do not wait already. */
  public void addAll(Collection<Gfid> directories) {
    directories.forEach(this::add);
  }

  /** Removes and returns the latest, at most so many. */
  public List<Gfid> take(int most) {
    List<Gfid> taken = new ArrayList<>(Math.min(most, order.size()));
    while (taken.size() < most && !order.isEmpty()) {
      Gfid directory = order.pop();
      waiting.remove(directory);
      taken.add(directory);
    }
    return taken;
  }

  /** Returns how many wait. */
  public int size() {
    return order.size();
  }

  /** Returns whether none waits. */
  public boolean isEmpty() {
    return order.isEmpty();
  }
}
