package org.georep.status.report;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a {@link WorkerReport} piece by piece; what is not set is null. For one thread. */
public final class WorkerReportBuilder {
  private @Nullable String remoteNode;
  private @Nullable WorkerState workerStatus;
  private @Nullable CrawlState crawlStatus;
  private @Nullable Long filesSyncd;
  private @Nullable Long filesRemaining;
  private @Nullable Long bytesRemaining;
  private @Nullable Long purgesRemaining;
  private @Nullable Long totalFilesSkipped;
  private @Nullable Instant lastSynced;
  private @Nullable Long entry;
  private @Nullable Long data;
  private @Nullable Long meta;
  private @Nullable Long failures;
  private @Nullable Long crawls;
  private @Nullable Long turns;
  private @Nullable Double crawlTimeSeconds;
  private @Nullable Instant checkpointTime;
  private @Nullable CheckpointState checkpointCompleted;
  private @Nullable Instant checkpointCompletionTime;
  private @Nullable String session;
  private @Nullable String volume;
  private @Nullable String primaryNode;
  private @Nullable Long pid;
  private @Nullable Instant updated;
  private @Nullable Double lagSeconds;
  private @Nullable Double heartbeatAgeSeconds;
  private @Nullable Long journalRecordsPending;
  private @Nullable Long journalBytes;
  private @Nullable String capture;
  private @Nullable Double captureCoverage;
  private @Nullable List<String> mountsLeftOut;
  private @Nullable Long quarantined;
  private @Nullable Long limbo;
  private @Nullable CrawlReport crawl;
  private @Nullable RatesReport rates;
  private @Nullable Long verifyDifferences;
  private @Nullable Instant verifyLastSuccess;
  private @Nullable Long verifyEntries;
  private @Nullable Long verifyEtaSeconds;
  private @Nullable CountersReport counters;
  private @Nullable List<QuarantineReport> quarantine;
  private @Nullable List<CheckpointReport> checkpoints;
  private @Nullable LeaseReport lease;
  private @Nullable String reason;

  /** Starts with nothing known. */
  public WorkerReportBuilder() {}

  WorkerReportBuilder(WorkerReport from) {
    remoteNode = from.remoteNode();
    workerStatus = from.workerStatus();
    crawlStatus = from.crawlStatus();
    filesSyncd = from.filesSyncd();
    filesRemaining = from.filesRemaining();
    bytesRemaining = from.bytesRemaining();
    purgesRemaining = from.purgesRemaining();
    totalFilesSkipped = from.totalFilesSkipped();
    lastSynced = from.lastSynced();
    entry = from.entry();
    data = from.data();
    meta = from.meta();
    failures = from.failures();
    crawls = from.crawls();
    turns = from.turns();
    crawlTimeSeconds = from.crawlTimeSeconds();
    checkpointTime = from.checkpointTime();
    checkpointCompleted = from.checkpointCompleted();
    checkpointCompletionTime = from.checkpointCompletionTime();
    session = from.session();
    volume = from.volume();
    primaryNode = from.primaryNode();
    pid = from.pid();
    updated = from.updated();
    lagSeconds = from.lagSeconds();
    heartbeatAgeSeconds = from.heartbeatAgeSeconds();
    journalRecordsPending = from.journalRecordsPending();
    journalBytes = from.journalBytes();
    capture = from.capture();
    captureCoverage = from.captureCoverage();
    mountsLeftOut = from.mountsLeftOut();
    quarantined = from.quarantined();
    limbo = from.limbo();
    crawl = from.crawl();
    rates = from.rates();
    verifyDifferences = from.verifyDifferences();
    verifyLastSuccess = from.verifyLastSuccess();
    verifyEntries = from.verifyEntries();
    verifyEtaSeconds = from.verifyEtaSeconds();
    counters = from.counters();
    quarantine = from.quarantine();
    checkpoints = from.checkpoints();
    lease = from.lease();
    reason = from.reason();
  }

  /** Sets the secondary: HOST::VOLUME. */
  public WorkerReportBuilder remoteNode(@Nullable String value) {
    remoteNode = value;
    return this;
  }

  /** Sets what the worker is doing. */
  public WorkerReportBuilder workerStatus(@Nullable WorkerState value) {
    workerStatus = value;
    return this;
  }

  /** Sets where it takes its work from. */
  public WorkerReportBuilder crawlStatus(@Nullable CrawlState value) {
    crawlStatus = value;
    return this;
  }

  /** Sets files whose contents were sent, over all runs. */
  public WorkerReportBuilder filesSyncd(@Nullable Long value) {
    filesSyncd = value;
    return this;
  }

  /** Sets files whose contents are still to be sent. */
  public WorkerReportBuilder filesRemaining(@Nullable Long value) {
    filesRemaining = value;
    return this;
  }

  /** Sets bytes still to be sent. */
  public WorkerReportBuilder bytesRemaining(@Nullable Long value) {
    bytesRemaining = value;
    return this;
  }

  /** Sets deletions still to be made. */
  public WorkerReportBuilder purgesRemaining(@Nullable Long value) {
    purgesRemaining = value;
    return this;
  }

  /** Sets entries now in quarantine. */
  public WorkerReportBuilder totalFilesSkipped(@Nullable Long value) {
    totalFilesSkipped = value;
    return this;
  }

  /** Sets stime: everything up to here is durable on the secondary. */
  public WorkerReportBuilder lastSynced(@Nullable Instant value) {
    lastSynced = value;
    return this;
  }

  /** Sets entry operations in flight. */
  public WorkerReportBuilder entry(@Nullable Long value) {
    entry = value;
    return this;
  }

  /** Sets data operations in flight. */
  public WorkerReportBuilder data(@Nullable Long value) {
    data = value;
    return this;
  }

  /** Sets metadata operations in flight. */
  public WorkerReportBuilder meta(@Nullable Long value) {
    meta = value;
    return this;
  }

  /** Sets operations that failed, over all runs. */
  public WorkerReportBuilder failures(@Nullable Long value) {
    failures = value;
    return this;
  }

  /** Sets hybrid crawls begun by this run. */
  public WorkerReportBuilder crawls(@Nullable Long value) {
    crawls = value;
    return this;
  }

  /** Sets rounds of crawl, plan and apply that had something to do, over all runs. */
  public WorkerReportBuilder turns(@Nullable Long value) {
    turns = value;
    return this;
  }

  /** Sets how long the last hybrid crawl took, in seconds. */
  public WorkerReportBuilder crawlTimeSeconds(@Nullable Double value) {
    crawlTimeSeconds = value;
    return this;
  }

  /** Sets the checkpoint's time. */
  public WorkerReportBuilder checkpointTime(@Nullable Instant value) {
    checkpointTime = value;
    return this;
  }

  /** Sets whether it is completed. */
  public WorkerReportBuilder checkpointCompleted(@Nullable CheckpointState value) {
    checkpointCompleted = value;
    return this;
  }

  /** Sets when it was. */
  public WorkerReportBuilder checkpointCompletionTime(@Nullable Instant value) {
    checkpointCompletionTime = value;
    return this;
  }

  /** Sets the session's name. */
  public WorkerReportBuilder session(@Nullable String value) {
    session = value;
    return this;
  }

  /** Sets the primary's path as in the names of its files. */
  public WorkerReportBuilder volume(@Nullable String value) {
    volume = value;
    return this;
  }

  /** Sets the host the worker runs on. */
  public WorkerReportBuilder primaryNode(@Nullable String value) {
    primaryNode = value;
    return this;
  }

  /** Sets the worker's process. */
  public WorkerReportBuilder pid(@Nullable Long value) {
    pid = value;
    return this;
  }

  /** Sets when this was written. */
  public WorkerReportBuilder updated(@Nullable Instant value) {
    updated = value;
    return this;
  }

  /** Sets age of the oldest change not yet durable on the secondary, in seconds. */
  public WorkerReportBuilder lagSeconds(@Nullable Double value) {
    lagSeconds = value;
    return this;
  }

  /** Sets age of the last heartbeat that went the whole way, in seconds. */
  public WorkerReportBuilder heartbeatAgeSeconds(@Nullable Double value) {
    heartbeatAgeSeconds = value;
    return this;
  }

  /** Sets journal records not yet durable on the secondary. */
  public WorkerReportBuilder journalRecordsPending(@Nullable Long value) {
    journalRecordsPending = value;
    return this;
  }

  /** Sets bytes the journal takes on disk. */
  public WorkerReportBuilder journalBytes(@Nullable Long value) {
    journalBytes = value;
    return this;
  }

  /** Sets fanotify, inotify, gluster or none. */
  public WorkerReportBuilder capture(@Nullable String value) {
    capture = value;
    return this;
  }

  /** Sets share of the volume's directories that capture sees, 0 to 1. */
  public WorkerReportBuilder captureCoverage(@Nullable Double value) {
    captureCoverage = value;
    return this;
  }

  /** Sets mount points below the primary that are not replicated, as shown to people. */
  public WorkerReportBuilder mountsLeftOut(@Nullable List<String> value) {
    mountsLeftOut = value;
    return this;
  }

  /** Sets entries now in quarantine. */
  public WorkerReportBuilder quarantined(@Nullable Long value) {
    quarantined = value;
    return this;
  }

  /** Sets items in the secondary's limbo. */
  public WorkerReportBuilder limbo(@Nullable Long value) {
    limbo = value;
    return this;
  }

  /** Sets how far the present hybrid crawl is. */
  public WorkerReportBuilder crawl(@Nullable CrawlReport value) {
    crawl = value;
    return this;
  }

  /** Sets how fast it goes. */
  public WorkerReportBuilder rates(@Nullable RatesReport value) {
    rates = value;
    return this;
  }

  /** Sets what was counted since the process began. */
  public WorkerReportBuilder counters(@Nullable CountersReport value) {
    counters = value;
    return this;
  }

  /** Sets the first entries in quarantine. */
  public WorkerReportBuilder quarantine(@Nullable List<QuarantineReport> value) {
    quarantine = value;
    return this;
  }

  /** Sets the checkpoints that were set last, the newest first. */
  public WorkerReportBuilder checkpoints(@Nullable List<CheckpointReport> value) {
    checkpoints = value;
    return this;
  }

  /** Sets who of a pair is Active. */
  public WorkerReportBuilder lease(@Nullable LeaseReport value) {
    lease = value;
    return this;
  }

  /** Sets why it is Faulty or degraded: a sentence with the next command. */
  public WorkerReportBuilder reason(@Nullable String value) {
    reason = value;
    return this;
  }

  /**
   * Sets what verifies found.
   *
   * @param differences differences not mended
   * @param lastSuccess when a whole one last ended without any
   */
  public WorkerReportBuilder verified(@Nullable Long differences, @Nullable Instant lastSuccess) {
    verifyDifferences = differences;
    verifyLastSuccess = lastSuccess;
    return this;
  }

  /**
   * Sets how far the verify under way is.
   *
   * @param entries entries compared
   * @param etaSeconds about how long it will take, in seconds
   */
  public WorkerReportBuilder verifying(@Nullable Long entries, @Nullable Long etaSeconds) {
    verifyEntries = entries;
    verifyEtaSeconds = etaSeconds;
    return this;
  }

  /** Nobody works: what is under way, and how far behind it is, is not known any more. */
  public WorkerReportBuilder nobodyWorks() {
    return lagSeconds(null)
        .heartbeatAgeSeconds(null)
        .filesRemaining(null)
        .bytesRemaining(null)
        .purgesRemaining(null)
        .entry(null)
        .data(null)
        .meta(null)
        .rates(RatesReport.UNKNOWN);
  }

  /** Returns the report. */
  public WorkerReport build() {
    return new WorkerReport(
        remoteNode,
        workerStatus,
        crawlStatus,
        filesSyncd,
        filesRemaining,
        bytesRemaining,
        purgesRemaining,
        totalFilesSkipped,
        lastSynced,
        entry,
        data,
        meta,
        failures,
        crawls,
        turns,
        crawlTimeSeconds,
        checkpointTime,
        checkpointCompleted,
        checkpointCompletionTime,
        session,
        volume,
        primaryNode,
        pid,
        updated,
        lagSeconds,
        heartbeatAgeSeconds,
        journalRecordsPending,
        journalBytes,
        capture,
        captureCoverage,
        mountsLeftOut,
        quarantined,
        limbo,
        crawl,
        rates,
        verifyDifferences,
        verifyLastSuccess,
        verifyEntries,
        verifyEtaSeconds,
        counters,
        quarantine,
        checkpoints,
        lease,
        reason);
  }
}
