package org.georep.replicator.apply;

import java.util.HashSet;
import java.util.Set;
import org.georep.name.Gfid;

/**
 * The directories that changed while a filter left them out. One that comes back from there may
 * still be on the secondary, as it was: it is put in doubt when it first changes, and not each time
 * it does, for that costs the agent a look at each of its files. For one thread.
 */
final class LeftOut {
  private static final int MOST = 100_000;

  private final Set<Gfid> doubted = new HashSet<>();

  /** Returns whether the agent has to be told that this one changed. */
  boolean changed(Gfid directory) {
    if (doubted.size() >= MOST) {
      doubted.clear(); // told once more, all of them
    }
    return doubted.add(directory);
  }

  /** This one is not left out, or no longer. */
  void isSeen(Gfid directory) {
    doubted.remove(directory);
  }
}
