package org.georep.replicator.worker;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.georep.name.Gfid;

/**
 * Directories a crawl wants listed, held back until it has walked the tree and the delete brake was
 * asked. Bounded: of those beyond it is only known that there were any, and the tree is walked once
 * more, after the brake, to meet them again. For one thread.
 */
final class HeldBack {
  /** How many are held back, some 12 MB. */
  static final int MOST = 100_000;

  private final int most;
  private final Set<Gfid> held = new LinkedHashSet<>();
  private boolean passed;

  /**
   * Makes it.
   *
   * @param most how many to hold back, at least 1
   */
  HeldBack(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("at least 1 is held back, not " + most);
    }
    this.most = most;
  }

  void add(Gfid directory) {
    if (held.size() < most) {
      held.add(directory);
    } else {
      passed |= !held.contains(directory);
    }
  }

  void addAll(Collection<Gfid> directories) {
    directories.forEach(this::add);
  }

  boolean contains(Gfid directory) {
    return held.contains(directory);
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  /**
   * Hands all that is held over to a list, and holds nothing any more.
   *
   * @return whether there were more, which have to be met again
   */
  boolean release(Consumer<Gfid> to) {
    held.forEach(to);
    held.clear();
    boolean more = passed;
    passed = false;
    return more;
  }
}
