package org.georep.replicator.crawl;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;

/**
 * Counts what the journal says, each record once, although every connection reads again from the
 * last barrier. Written by one thread, read by any.
 */
public final class RecordCounts {
  private final Map<String, AtomicLong> events =
      Map.of(
          "entry", new AtomicLong(),
          "rename", new AtomicLong(),
          "metadata", new AtomicLong(),
          "data", new AtomicLong(),
          "outside", new AtomicLong(),
          "subtree", new AtomicLong());
  private final AtomicLong gaps = new AtomicLong();
  private long lastEvent;

  /** A gap may be the reader's own, with the number of the record it stands before. */
  private long lastGap;

  /** Makes it with nothing counted. */
  public RecordCounts() {}

  /** Takes note of a record that was read. */
  void read(JournalRecord item) {
    ChangeRecord change = item.change();
    if (change instanceof ChangeRecord.Gap) {
      if (item.sequence() > lastGap) {
        lastGap = item.sequence();
        gaps.incrementAndGet();
      }
    } else if (item.sequence() > lastEvent) {
      lastEvent = item.sequence();
      AtomicLong count = events.get(type(change));
      if (count != null) {
        count.incrementAndGet();
      }
    }
  }

  private static String type(ChangeRecord change) {
    if (change instanceof ChangeRecord.Entry) {
      return "entry";
    } else if (change instanceof ChangeRecord.Rename) {
      return "rename";
    } else if (change instanceof ChangeRecord.Metadata) {
      return "metadata";
    } else if (change instanceof ChangeRecord.Data) {
      return "data";
    } else if (change instanceof ChangeRecord.Outside) {
      return "outside";
    }
    return change instanceof ChangeRecord.Subtree ? "subtree" : "mark";
  }

  /** Returns how many records of changes were read, by type; capture's marks are none. */
  public Map<String, Long> events() {
    Map<String, Long> now = new TreeMap<>();
    events.forEach((type, count) -> now.put(type, count.get()));
    return now;
  }

  /** Returns how often records were missing. */
  public long gaps() {
    return gaps.get();
  }
}
