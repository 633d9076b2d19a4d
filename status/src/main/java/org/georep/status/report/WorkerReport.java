package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A worker's status, as it stands in {@code STATE/SESSION/VOLUME.status} and as programs read it.
 * Null where unknown. Made with {@link WorkerReportBuilder}.
 *
 * @param remoteNode the secondary: HOST::VOLUME
 * @param workerStatus what the worker is doing
 * @param crawlStatus where it takes its work from
 * @param filesSyncd files whose contents were sent, over all runs
 * @param filesRemaining files whose contents are still to be sent
 * @param bytesRemaining bytes still to be sent
 * @param purgesRemaining deletions still to be made: items in limbo, some of which may yet turn out
 *     to have been renamed
 * @param totalFilesSkipped entries now in quarantine
 * @param lastSynced stime: everything up to here is durable on the secondary
 * @param entry entry operations in flight
 * @param data data operations in flight
 * @param meta metadata operations in flight
 * @param failures operations that failed, over all runs
 * @param crawls hybrid crawls begun by this run
 * @param turns rounds that had something to do, each from the first change until the secondary was
 *     in step again, over all runs
 * @param crawlTimeSeconds how long the last hybrid crawl took, in seconds
 * @param checkpointTime the checkpoint's time
 * @param checkpointCompleted whether it is completed
 * @param checkpointCompletionTime when it was
 * @param session the session's name
 * @param volume the primary's path as in the names of its files
 * @param primaryNode the host the worker runs on
 * @param pid the worker's process
 * @param updated when this was written
 * @param lagSeconds age of the oldest change not yet durable on the secondary, in seconds
 * @param heartbeatAgeSeconds age of the last heartbeat that went the whole way, in seconds
 * @param journalRecordsPending journal records not yet durable on the secondary
 * @param journalBytes bytes the journal takes on disk
 * @param capture fanotify, inotify, gluster or none
 * @param captureCoverage share of the volume's directories that capture sees, 0 to 1
 * @param mountsLeftOut mount points below the primary that are not replicated, as shown to people
 * @param quarantined entries now in quarantine
 * @param limbo items in the secondary's limbo
 * @param crawl how far the present hybrid crawl is
 * @param rates how fast it goes
 * @param verifyDifferences differences the last verify found and did not mend
 * @param verifyLastSuccess when a whole verify last ended without any
 * @param verifyEntries entries the verify under way has compared
 * @param verifyEtaSeconds about how long it will take, in seconds
 * @param counters what was counted since the process began
 * @param quarantine the first entries in quarantine, those that came first
 * @param checkpoints the checkpoints that were set last, the newest first; only those who look at
 *     all sessions tell
 * @param lease who of a pair is Active; null where there is no pair
 * @param reason why it is Faulty or degraded: a sentence with the next command
 */
@JsonPropertyOrder({
  "remote_node",
  "worker status",
  "crawl status",
  "files_syncd",
  "files_remaining",
  "bytes_remaining",
  "purges_remaining",
  "total_files_skipped",
  "last_synced",
  "entry",
  "data",
  "meta",
  "failures",
  "crawls",
  "turns",
  "crawl_time_seconds",
  "checkpoint_time",
  "checkpoint_completed",
  "checkpoint_completion_time",
  "session",
  "volume",
  "primary_node",
  "pid",
  "updated",
  "lag_seconds",
  "heartbeat_age_seconds",
  "journal_records_pending",
  "journal_bytes",
  "capture",
  "capture_coverage",
  "mounts_left_out",
  "quarantined",
  "limbo",
  "crawl",
  "rates",
  "verify_differences",
  "verify_last_success",
  "verify_entries",
  "verify_eta_seconds",
  "counters",
  "quarantine",
  "checkpoints",
  "lease",
  "reason"
})
public record WorkerReport(
    @JsonProperty("remote_node") @Nullable String remoteNode,
    @JsonProperty("worker status") @Nullable WorkerState workerStatus,
    @JsonProperty("crawl status") @Nullable CrawlState crawlStatus,
    @JsonProperty("files_syncd") @Nullable Long filesSyncd,
    @JsonProperty("files_remaining") @Nullable Long filesRemaining,
    @JsonProperty("bytes_remaining") @Nullable Long bytesRemaining,
    @JsonProperty("purges_remaining") @Nullable Long purgesRemaining,
    @JsonProperty("total_files_skipped") @Nullable Long totalFilesSkipped,
    @JsonProperty("last_synced")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant lastSynced,
    @JsonProperty("entry") @Nullable Long entry,
    @JsonProperty("data") @Nullable Long data,
    @JsonProperty("meta") @Nullable Long meta,
    @JsonProperty("failures") @Nullable Long failures,
    @JsonProperty("crawls") @Nullable Long crawls,
    @JsonProperty("turns") @Nullable Long turns,
    @JsonProperty("crawl_time_seconds") @Nullable Double crawlTimeSeconds,
    @JsonProperty("checkpoint_time")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant checkpointTime,
    @JsonProperty("checkpoint_completed") @Nullable CheckpointState checkpointCompleted,
    @JsonProperty("checkpoint_completion_time")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant checkpointCompletionTime,
    @JsonProperty("session") @Nullable String session,
    @JsonProperty("volume") @Nullable String volume,
    @JsonProperty("primary_node") @Nullable String primaryNode,
    @JsonProperty("pid") @Nullable Long pid,
    @JsonProperty("updated")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant updated,
    @JsonProperty("lag_seconds") @Nullable Double lagSeconds,
    @JsonProperty("heartbeat_age_seconds") @Nullable Double heartbeatAgeSeconds,
    @JsonProperty("journal_records_pending") @Nullable Long journalRecordsPending,
    @JsonProperty("journal_bytes") @Nullable Long journalBytes,
    @JsonProperty("capture") @Nullable String capture,
    @JsonProperty("capture_coverage") @Nullable Double captureCoverage,
    @JsonProperty("mounts_left_out") @Nullable List<String> mountsLeftOut,
    @JsonProperty("quarantined") @Nullable Long quarantined,
    @JsonProperty("limbo") @Nullable Long limbo,
    @JsonProperty("crawl") @Nullable CrawlReport crawl,
    @JsonProperty("rates") @Nullable RatesReport rates,
    @JsonProperty("verify_differences") @Nullable Long verifyDifferences,
    @JsonProperty("verify_last_success")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant verifyLastSuccess,
    @JsonProperty("verify_entries") @Nullable Long verifyEntries,
    @JsonProperty("verify_eta_seconds") @Nullable Long verifyEtaSeconds,
    @JsonProperty("counters") @Nullable CountersReport counters,
    @JsonProperty("quarantine") @Nullable List<QuarantineReport> quarantine,
    @JsonProperty("checkpoints") @Nullable List<CheckpointReport> checkpoints,
    @JsonProperty("lease") @Nullable LeaseReport lease,
    @JsonProperty("reason") @Nullable String reason) {
  /** Copies its lists. */
  public WorkerReport {
    checkpoints = checkpoints == null ? null : List.copyOf(checkpoints);
    quarantine = quarantine == null ? null : List.copyOf(quarantine);
    mountsLeftOut = mountsLeftOut == null ? null : List.copyOf(mountsLeftOut);
  }

  /** Returns a builder that begins with these values. */
  public WorkerReportBuilder toBuilder() {
    return new WorkerReportBuilder(this);
  }
}
