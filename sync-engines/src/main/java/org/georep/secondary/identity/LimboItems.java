package org.georep.secondary.identity;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.OptionalLong;
import org.georep.name.FileName;
import org.h2.mvstore.MVMap;

/**
 * Items of limbo with the batch that detached each, in the inventory's file: by name, and in the
 * order in which they may go. So their number is bounded by the disk, and the heap holds what one
 * commit writes and the cache.
 *
 * <p>A batch is a number within one run of the agent. What an earlier run left sorts before all of
 * this one and counts as of batch 0. The directory is the truth: whoever opens this looks whether
 * what it names is there. For one thread.
 */
public final class LimboItems {
  private static final byte[] NOTHING = {};
  private static final int WHEN = 2 * Long.BYTES;

  private final MVMap<byte[], byte[]> items;
  private final MVMap<byte[], byte[]> due;
  private final long run;

  LimboItems(MVMap<byte[], byte[]> items, MVMap<byte[], byte[]> due) {
    this.items = items;
    this.due = due;
    byte[] last = due.lastKey();
    this.run = last == null ? 0 : ByteBuffer.wrap(last).getLong() + 1;
  }

  /**
   * Notes an item.
   *
   * @param batch at least 0
   */
  public void put(FileName item, long batch) {
    if (batch < 0) {
      throw new IllegalArgumentException("a batch is at least 0, not " + batch);
    }
    remove(item);
    byte[] when = ByteBuffer.allocate(WHEN).putLong(run).putLong(batch).array();
    items.put(item.toBytes(), when);
    due.put(dueKey(when, item.toBytes()), NOTHING);
  }

  /** Forgets an item. */
  public void remove(FileName item) {
    if (items.isEmpty()) {
      return;
    }
    byte[] when = items.remove(item.toBytes());
    if (when != null) {
      due.remove(dueKey(when, item.toBytes()));
    }
  }

  /** Returns the batch of an item, 0 for one of an earlier run; nothing if it is not here. */
  public OptionalLong batch(FileName item) {
    byte[] when = items.isEmpty() ? null : items.get(item.toBytes());
    return when == null ? OptionalLong.empty() : OptionalLong.of(batchOf(when));
  }

  /** Returns how many there are. */
  public long size() {
    return items.sizeAsLong();
  }

  /**
   * Returns the items of a batch up to this one, the earliest first, as they are now: what is noted
   * or forgotten meanwhile changes nothing. Not to be used across a commit.
   */
  public Iterator<FileName> upTo(long batch) {
    return new KeyIterator<>(
        due.cursor(null),
        key -> batchOf(key) <= batch,
        key -> FileName.of(Arrays.copyOfRange(key, WHEN, key.length)));
  }

  private long batchOf(byte[] when) {
    ByteBuffer fields = ByteBuffer.wrap(when);
    return fields.getLong() == run ? fields.getLong() : 0;
  }

  private static byte[] dueKey(byte[] when, byte[] item) {
    return ByteBuffer.allocate(WHEN + item.length).put(when).put(item).array();
  }
}
