package org.georep.secondary.retain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.georep.name.FileName;
import org.jspecify.annotations.Nullable;

/**
 * In which order items of limbo are put back: what came out of a directory before that directory,
 * which would not be found by its gfid afterwards. One that is to take in an item that cannot go
 * yet waits with it. For one thread.
 */
final class Order {
  private final Map<FileName, FileName> above = new HashMap<>();
  private final Map<FileName, Integer> below = new HashMap<>();
  private final Set<FileName> due = new LinkedHashSet<>();
  private final Deque<FileName> ready = new ArrayDeque<>();

  /**
   * Adds an item.
   *
   * @param into the item in which the place lies that it came from, or null
   * @param isDue whether it can go now
   */
  void add(FileName item, @Nullable FileName into, boolean isDue) {
    if (into != null) {
      above.put(item, into);
      below.merge(into, 1, Integer::sum);
    }
    if (isDue) {
      due.add(item);
    }
  }

  /** Says that all items known from the start were added. */
  void begin() {
    due.stream().filter(item -> !below.containsKey(item)).forEach(ready::add);
  }

  /** Adds an item that can go now and takes in no other. */
  void addReady(FileName item, @Nullable FileName into) {
    add(item, into, true);
    ready.add(item);
  }

  /** Returns the next item, null if there is none. */
  @Nullable FileName next() {
    FileName item = ready.poll();
    while (item != null && !due.contains(item)) {
      item = ready.poll();
    }
    return item != null ? item : oneOfARing();
  }

  /** Two directories that came out of each other: one has to go first. */
  private @Nullable FileName oneOfARing() {
    Set<FileName> waiting = new HashSet<>();
    for (Map.Entry<FileName, FileName> each : above.entrySet()) {
      if (!due.contains(each.getKey())) {
        for (FileName at = each.getValue(); at != null && waiting.add(at); ) {
          at = above.get(at);
        }
      }
    }
    Iterator<FileName> all = due.iterator();
    while (all.hasNext()) {
      FileName item = all.next();
      if (!waiting.contains(item)) {
        return item;
      }
    }
    return null;
  }

  /** An item goes on when those added since, into it, are done. */
  void again(FileName item) {
    if (!below.containsKey(item)) {
      ready.add(item);
    }
  }

  /** An item is not in limbo any more. */
  void done(FileName item) {
    due.remove(item);
    FileName into = above.remove(item);
    if (into != null) {
      int left = below.getOrDefault(into, 1) - 1;
      if (left > 0) {
        below.put(into, left);
      } else {
        below.remove(into);
        ready.add(into);
      }
    }
  }

  /** An item cannot go yet, for some other reason. */
  void failed(FileName item) {
    due.remove(item);
  }
}
