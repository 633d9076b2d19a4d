package org.georep.changelog.capture;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What was seen a short while ago: a set that forgets in two generations, when the kernel's queue
 * is empty but never within {@link DrainMarks#MARGIN} of the sighting, and that says yes to
 * everything rather than forget too early. Used where two events belong together whose order in the
 * queue says nothing. Not safe for use by several threads.
 */
public final class Recent<T> {
  private final int limit;
  private Set<T> young = new HashSet<>();
  private Set<T> old = new HashSet<>();
  private boolean full;
  private long turned = System.nanoTime();

  /**
   * Makes an empty set.
   *
   * @param limit how many to remember of one generation, at least 1
   */
  public Recent(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a limit is at least 1, not " + limit);
    }
    this.limit = limit;
  }

  /** Remembers one. */
  public void add(T value) {
    if (young.size() < limit) {
      young.add(value);
    } else {
      full = full || !young.contains(value);
    }
  }

  /** Forgets one. */
  public void remove(T value) {
    young.remove(value);
    old.remove(value);
  }

  /** Returns whether it was added recently, or may have been. */
  public boolean contains(T value) {
    return full || young.contains(value) || old.contains(value);
  }

  /** Returns whether more were added recently than are remembered. */
  public boolean isFull() {
    return full;
  }

  /** Hands out what is remembered, some perhaps twice. */
  public void forEach(Consumer<T> visitor) {
    young.forEach(visitor);
    old.forEach(visitor);
  }

  /** The kernel's queue was found empty: forgets what is old enough. */
  public void emptied() {
    long now = System.nanoTime();
    if (now - turned < DrainMarks.MARGIN.toNanos()) {
      return;
    }
    turned = now;
    full = full && young.size() >= limit;
    old = young;
    young = new HashSet<>();
  }
}
