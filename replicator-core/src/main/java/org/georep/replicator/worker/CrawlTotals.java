package org.georep.replicator.worker;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.replicator.crawl.CrawlProgress;

/** What all crawls have met, those that were cut short too. Written by one thread, read by any. */
final class CrawlTotals {
  private final AtomicLong seen = new AtomicLong();
  private final AtomicLong changed = new AtomicLong();
  private long lastSeen;
  private long lastChanged;

  CrawlTotals() {}

  /** Takes note of how far the present crawl is. */
  void reached(CrawlProgress progress) {
    seen.addAndGet(Math.max(0, progress.entriesSeen() - lastSeen));
    changed.addAndGet(Math.max(0, progress.entriesChanged() - lastChanged));
    lastSeen = progress.entriesSeen();
    lastChanged = progress.entriesChanged();
  }

  /** The present crawl has ended, or was cut short. */
  void ended() {
    lastSeen = 0;
    lastChanged = 0;
  }

  /** Returns the counts, by kind. */
  Map<String, Long> now() {
    return Map.of("seen", seen.get(), "changed", changed.get());
  }
}
