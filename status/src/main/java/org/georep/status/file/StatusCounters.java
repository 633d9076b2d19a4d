package org.georep.status.file;

import org.georep.status.report.WorkerReport;
import org.jspecify.annotations.Nullable;

/**
 * The counters that go on from run to run.
 *
 * @param filesSyncd files whose contents were sent
 * @param failures operations that failed
 * @param turns rounds that had something to do
 * @param crawlEntries entries the last crawl met, 0 if that is not known
 */
public record StatusCounters(long filesSyncd, long failures, long turns, long crawlEntries) {
  /** What a session starts with. */
  public static final StatusCounters ZERO = new StatusCounters(0, 0, 0, 0);

  /** Checks its parts. */
  public StatusCounters {
    if (filesSyncd < 0 || failures < 0 || turns < 0 || crawlEntries < 0) {
      throw new IllegalArgumentException("a counter is negative");
    }
  }

  static StatusCounters of(WorkerReport report) {
    return new StatusCounters(
        count(report.filesSyncd()),
        count(report.failures()),
        count(report.turns()),
        report.crawl() == null ? 0 : count(report.crawl().entriesSeen()));
  }

  private static long count(@Nullable Long value) {
    return value == null ? 0 : Math.max(0, value);
  }
}
