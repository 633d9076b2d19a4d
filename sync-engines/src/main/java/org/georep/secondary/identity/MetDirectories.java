package org.georep.secondary.identity;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.georep.name.Gfid;
import org.h2.mvstore.MVMap;

/**
 * The directories that a crawl met, and how many entries each lost: the first in memory, what is
 * beyond in the inventory's file, so that neither the heap nor a crawl's end depends on how many
 * directories a tree has. What the file holds of an earlier run is of no use to anybody and is
 * forgotten with the first crawl of this one. For one thread.
 */
public final class MetDirectories {
  /** So many are kept in memory: some 15 MiB. */
  static final int IN_MEMORY = 100_000;

  private final MVMap<byte[], byte[]> more;
  private final int inMemory;
  private final Map<Gfid, Long> met = new HashMap<>();
  private long lost;

  MetDirectories(MVMap<byte[], byte[]> more, int inMemory) {
    this.more = Objects.requireNonNull(more, "more is null");
    this.inMemory = inMemory;
  }

  /** Forgets all of them. */
  public void clear() {
    met.clear();
    if (!more.isEmpty()) {
      more.clear();
    }
    lost = 0;
  }

  /**
   * Notes that a directory was met, in place of what was noted of it before.
   *
   * @param losses how many of its entries are gone, at least 0
   */
  public void add(Gfid directory, long losses) {
    if (losses < 0) {
      throw new IllegalArgumentException("losses are at least 0, not " + losses);
    }
    long former = Math.max(0, losses(directory));
    if (met.containsKey(directory) || met.size() < inMemory) {
      met.put(directory, losses);
    } else {
      byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(losses).array();
      more.put(Keys.ofGfid(directory), value);
    }
    lost += losses - former;
  }

  /** Returns whether a directory was met. */
  public boolean contains(Gfid directory) {
    return losses(directory) >= 0;
  }

  /** Returns how many entries of a directory are gone; -1 if it was not met. */
  public long losses(Gfid directory) {
    Long known = met.get(directory);
    if (known != null) {
      return known;
    }
    byte[] value = more.isEmpty() ? null : more.get(Keys.ofGfid(directory));
    return value == null ? -1 : ByteBuffer.wrap(value).getLong();
  }

  /** Returns how many entries all of them lost. */
  public long lost() {
    return lost;
  }
}
