package org.georep.engine.stream;

import java.util.LinkedHashSet;
import java.util.Set;
import org.georep.name.Gfid;

/**
 * The files that were not put together as they should be when differences were sent: blocks may
 * have had the same sum and other contents. Each is compared by digests the next time, once. Where
 * more than 10,000 wait for that the one that waits longest is forgotten, and compared by sums. For
 * any thread.
 */
public final class Lookalikes {
  private static final int MOST = 10_000;

  private final Set<Gfid> files = new LinkedHashSet<>();

  /** Takes one in. */
  synchronized void add(Gfid gfid) {
    files.add(gfid);
    if (files.size() > MOST) {
      files.remove(files.iterator().next());
    }
  }

  /** Returns whether it is one, and lets go of it. */
  synchronized boolean take(Gfid gfid) {
    return files.remove(gfid);
  }
}
