package org.georep.status.metrics;

import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.georep.status.report.CheckpointState;
import org.georep.status.report.CountersReport;
import org.georep.status.report.EpochSeconds;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerState;
import org.jspecify.annotations.Nullable;

/**
 * Which figure of a report is which metric. The names and labels are a contract: they are added,
 * never renamed or removed.
 */
final class Readings {
  private final Tags worker;
  private final List<Reading> all = new ArrayList<>();

  private Readings(Tags worker) {
    this.worker = worker;
  }

  /** Returns all figures of a report; none of one that does not say whose it is. */
  static List<Reading> of(WorkerReport report) {
    String session = report.session();
    String volume = report.volume();
    if (session == null || volume == null) {
      return List.of();
    }
    Readings readings = new Readings(Tags.of("session", session, "volume", volume));
    readings.levels(report);
    CountersReport counters = report.counters();
    if (counters != null) {
      readings.counters(counters);
    }
    return readings.all;
  }

  private void levels(WorkerReport report) {
    level(
        "georep_lag_seconds",
        "Age of the oldest change not yet durable on the secondary; NaN when unknown.",
        report.lagSeconds());
    level(
        "georep_heartbeat_age_seconds",
        "Age of the last heartbeat that went the whole way to the secondary and back.",
        report.heartbeatAgeSeconds());
    level(
        "georep_stime_seconds",
        "The time up to which everything is durable on the secondary, in seconds since 1970.",
        seconds(report.lastSynced()));
    for (WorkerState state : WorkerState.values()) {
      all.add(
          new Reading.Level(
              "georep_worker_state",
              worker.and("state", state.text()),
              "1 for the state the worker is in, 0 for the others.",
              report.workerStatus() == null ? Double.NaN : report.workerStatus() == state ? 1 : 0));
    }
    level(
        "georep_journal_records_pending",
        "Journal records not yet durable on the secondary.",
        report.journalRecordsPending());
    level("georep_journal_bytes", "Bytes the journal takes on disk.", report.journalBytes());
    level(
        "georep_capture_coverage_ratio",
        "Share of the volume's directories that capture sees, 0 to 1.",
        report.captureCoverage());
    level("georep_quarantine_entries", "Entries now in quarantine.", report.quarantined());
    level(
        "georep_checkpoint_completed",
        "Whether the checkpoint is completed: 1 or 0; NaN when there is none.",
        completed(report.checkpointCompleted()));
    level(
        "georep_verify_differences",
        "Differences the last verify found and did not mend; NaN before the first.",
        report.verifyDifferences());
    level(
        "georep_verify_last_success_timestamp_seconds",
        "When a whole verify last ended without differences, in seconds since 1970.",
        seconds(report.verifyLastSuccess()));
  }

  private void counters(CountersReport counters) {
    counts(
        "georep_capture_events_total",
        "type",
        "Records of changes read from the journal, each once.",
        counters.captureEvents());
    if (counters.captureOverflows() != null) {
      all.add(
          new Reading.Count(
              "georep_capture_overflows_total",
              worker,
              "How often events were lost, and the volume was crawled for that.",
              counters.captureOverflows()));
    }
    counts(
        "georep_crawl_entries_total",
        "kind",
        "Entries crawls have seen, and of these found changed.",
        counters.crawlEntries());
    if (counters.operations() != null) {
      counters
          .operations()
          .forEach(
              (kind, results) ->
                  results.forEach(
                      (result, value) ->
                          all.add(
                              new Reading.Count(
                                  "georep_ops_total",
                                  worker.and("class", kind, "result", result),
                                  "Operations ended, by class and result.",
                                  value))));
    }
    counts(
        "georep_bytes_total",
        "kind",
        "Bytes of contents: sizes of the files published, and what was sent for them.",
        counters.bytes());
    counts(
        "georep_retries_total",
        "reason",
        "What was done once more, by the reason.",
        counters.retries());
    if (counters.barriers() != null && counters.barrierSeconds() != null) {
      all.add(
          new Reading.Effort(
              "georep_barrier_seconds",
              worker,
              "Barriers the secondary has confirmed, and how long they took.",
              counters.barriers(),
              counters.barrierSeconds()));
    }
  }

  private void level(String name, String help, @Nullable Number value) {
    all.add(
        new Reading.Level(name, worker, help, value == null ? Double.NaN : value.doubleValue()));
  }

  private void counts(String name, String label, String help, @Nullable Map<String, Long> values) {
    if (values != null) {
      values.forEach(
          (kind, value) -> all.add(new Reading.Count(name, worker.and(label, kind), help, value)));
    }
  }

  private static @Nullable Number seconds(@Nullable Instant moment) {
    return moment == null ? null : EpochSeconds.of(moment);
  }

  private static @Nullable Number completed(@Nullable CheckpointState state) {
    if (state == null || state == CheckpointState.NONE) {
      return null;
    }
    return state == CheckpointState.YES ? 1 : 0;
  }
}
