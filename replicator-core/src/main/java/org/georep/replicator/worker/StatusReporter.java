package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.georep.changelog.capture.host.CaptureFeed;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalPosition;
import org.georep.name.EntryPath;
import org.georep.posix.Libc;
import org.georep.posix.Mounts;
import org.georep.posix.RawPath;
import org.georep.replicator.crawl.CrawlProgress;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineText;
import org.georep.replicator.session.NodeNames;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.verify.Verifier;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyState;
import org.georep.status.file.StatusCounters;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointState;
import org.georep.status.report.CrawlReport;
import org.georep.status.report.CrawlState;
import org.georep.status.report.QuarantineReport;
import org.georep.status.report.RatesReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the contract's words what a worker's meter, quarantine and journal show. What cannot be
 * told is null. For any number of threads; rates are those between two reports.
 */
final class StatusReporter {
  private static final Logger log = LoggerFactory.getLogger(StatusReporter.class);

  /** Of a volume that has been idle for long a mark is shown until it is about 13 s old. */
  private static final Duration FRESH = Duration.ofSeconds(25);

  /** Entries of the quarantine in the report; all of them are asked for by its own verb. */
  private static final int MOST_QUARANTINED = 20;

  private final SessionConfiguration configuration;
  private final Meter meter;
  private final Quarantine quarantine;
  private final Optional<CaptureFeed> feed;
  private final JournalDirectory journal;
  private final StatusCounters before;
  private final Verifier verifier;
  private final Supplier<Optional<CheckpointReport>> checkpoint;
  private final Standstill standstill;
  private final Libc libc;
  private final Clock clock;
  private final String host = NodeNames.host();
  private long lastFiles;
  private long lastBytes;
  private long lastNanos = System.nanoTime();
  private RatesReport rates = RatesReport.UNKNOWN;

  StatusReporter(
      SessionConfiguration configuration,
      Meter meter,
      Quarantine quarantine,
      Optional<CaptureFeed> feed,
      JournalDirectory journal,
      StatusCounters before,
      Verifier verifier,
      Supplier<Optional<CheckpointReport>> checkpoint,
      Standstill standstill,
      Libc libc,
      Clock clock) {
    this.configuration = configuration;
    this.meter = meter;
    this.quarantine = quarantine;
    this.feed = feed;
    this.journal = journal;
    this.before = before;
    this.verifier = verifier;
    this.checkpoint = checkpoint;
    this.standstill = standstill;
    this.libc = libc;
    this.clock = clock;
  }

  /** Returns the counters the last run left. */
  StatusCounters before() {
    return before;
  }

  /** Returns what is to be seen now. */
  WorkerReport now() {
    Optional<String> stands = standstill.look(); // in any case: it counts in looks
    return report(
        meter.fault().isPresent()
            ? WorkerState.FAULTY
            : meter.secondary().isEmpty()
                ? WorkerState.INITIALIZING
                : meter.isPassive() ? WorkerState.PASSIVE : WorkerState.ACTIVE,
        meter.fault().or(() -> stands).or(meter::trouble).orElse(null));
  }

  /** Returns what is another whenever something happened that a report shows. */
  Object glance() {
    return List.of(
        meter.glance(),
        quarantine.size(),
        feed.map(CaptureFeed::coverage),
        verifier.running(),
        verifier.state(),
        checkpoint.get());
  }

  /** Returns the last report of a run. */
  WorkerReport ended(WorkerState state, @Nullable String reason) {
    return report(state, reason).toBuilder().nobodyWorks().build();
  }

  private WorkerReport report(WorkerState state, @Nullable String reason) {
    Instant now = clock.instant();
    boolean active = state == WorkerState.ACTIVE;
    long quarantined = quarantine.size();
    WorkerReportBuilder report =
        new WorkerReportBuilder()
            .remoteNode(NodeNames.remote(configuration.secondary(), host))
            .workerStatus(state)
            .crawlStatus(active ? crawl(meter.crawl()) : CrawlState.NONE)
            .filesSyncd(before.filesSyncd() + meter.filesSynced.get())
            .filesRemaining(meter.filesRemaining.get())
            .bytesRemaining(meter.bytesRemaining.get())
            .totalFilesSkipped(quarantined)
            .lastSynced(meter.stime().orElse(null))
            .purgesRemaining(meter.limbo.get())
            .entry(meter.entriesInFlight.get())
            .data(meter.filesRemaining.get())
            .meta(meter.attributesInFlight.get())
            .failures(before.failures() + meter.failures.get())
            .crawls(meter.crawls.get())
            .turns(before.turns() + meter.turns.get())
            .mountsLeftOut(mounts())
            .crawlTimeSeconds(
                meter.lastCrawl().isZero() ? null : meter.lastCrawl().toMillis() / 1000.0)
            .session(configuration.name().text())
            .volume(configuration.volume())
            .primaryNode(host)
            .pid(ProcessHandle.current().pid())
            .updated(now)
            .lagSeconds(lag(now, active))
            .heartbeatAgeSeconds(
                meter
                    .heartbeat()
                    .filter(mark -> state != WorkerState.PASSIVE)
                    .map(mark -> seconds(mark, now))
                    .orElse(null))
            .quarantined(quarantined)
            .quarantine(quarantined())
            .counters(CounterReporter.of(meter, feed.isPresent()))
            .limbo(meter.limbo.get())
            .crawl(progress())
            .rates(rates())
            .lease(meter.lease().orElse(null))
            .reason(reason == null ? different() : reason);
    VerifyState verified = verifier.state();
    Optional<VerifyFigures> verifying = verifier.running();
    report
        .verified(
            verified.equals(VerifyState.NONE) ? null : verified.differences(),
            verified.lastSuccess().orElse(null))
        .verifying(
            verifying.map(VerifyFigures::entries).orElse(null),
            verifying.map(VerifyFigures::etaSeconds).filter(eta -> eta >= 0).orElse(null));
    Optional<CheckpointReport> newest = checkpoint.get();
    report
        .checkpointTime(newest.map(CheckpointReport::time).orElse(null))
        .checkpointCompleted(newest.map(CheckpointReport::completed).orElse(CheckpointState.NONE))
        .checkpointCompletionTime(newest.map(CheckpointReport::completionTime).orElse(null));
    capture(report);
    return report.build();
  }

  private List<QuarantineReport> quarantined() {
    return quarantine.entries(MOST_QUARANTINED).stream()
        .map(
            entry ->
                new QuarantineReport(
                    QuarantineText.what(entry),
                    entry.failure().path().map(EntryPath::toBase64).orElse(null),
                    entry.failure().reason(),
                    entry.first(),
                    entry.last(),
                    entry.tries(),
                    entry.next()))
        .toList();
  }

  private @Nullable String different() {
    long differences = verifier.state().differences();
    return differences == 0
        ? null
        : "The sides differ in "
            + differences
            + " entries: run georep verify "
            + configuration.name()
            + ", with --repair to mend them.";
  }

  /** 0 only when a heartbeat went the whole way just now and nothing was under way. */
  private @Nullable Double lag(Instant now, boolean active) {
    if (active
        && meter.isInStep()
        && meter.heartbeat().filter(mark -> mark.isAfter(now.minus(FRESH))).isPresent()) {
      return 0.0;
    }
    return meter.stime().map(stime -> seconds(stime, now)).orElse(null);
  }

  private static double seconds(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toMillis() / 1000.0);
  }

  private void capture(WorkerReportBuilder report) {
    if (feed.isEmpty()) {
      report.capture("none").captureCoverage(0.0);
      return;
    }
    report.capture(feed.get().sourceName()).captureCoverage(feed.get().coverage());
    try {
      Optional<JournalPosition> durable = journal.acknowledged(configuration.name().text());
      report
          .journalBytes(journal.bytes())
          .journalRecordsPending(
              durable.isEmpty()
                  ? null
                  : Math.max(0, journal.lastSequence() - durable.get().sequence()));
    } catch (IOException e) {
      log.debug("the journal cannot be measured", e);
    }
  }

  private @Nullable List<String> mounts() {
    try {
      byte[] absolute = RawPath.toBytes(configuration.primary());
      EntryPath primary = EntryPath.parse(Arrays.copyOfRange(absolute, 1, absolute.length));
      return Mounts.read(libc).below(primary).stream()
          .map(mount -> "/" + mount.point())
          .distinct()
          .sorted()
          .toList();
    } catch (IOException | IllegalArgumentException e) {
      log.debug("mounts cannot be told", e);
      return null;
    }
  }

  private CrawlReport progress() {
    Optional<CrawlProgress> progress = meter.progress();
    if (progress.isEmpty()) {
      long last = meter.lastCrawlEntries() > 0 ? meter.lastCrawlEntries() : before.crawlEntries();
      return last > 0 ? new CrawlReport(last, null, null) : CrawlReport.UNKNOWN;
    }
    CrawlProgress crawl = progress.get();
    return new CrawlReport(
        crawl.entriesSeen(),
        crawl.entriesChanged(),
        crawl.etaSeconds().isPresent() ? (double) crawl.etaSeconds().getAsLong() : null);
  }

  private synchronized RatesReport rates() {
    long nanos = System.nanoTime();
    double seconds = (nanos - lastNanos) / 1e9;
    if (seconds >= 1) {
      long files = meter.filesSynced.get();
      long bytes = meter.bytesSynced.get();
      rates = new RatesReport((files - lastFiles) / seconds, (bytes - lastBytes) / seconds);
      lastFiles = files;
      lastBytes = bytes;
      lastNanos = nanos;
    }
    return rates;
  }

  private static CrawlState crawl(Meter.Crawl crawl) {
    return switch (crawl) {
      case HYBRID -> CrawlState.HYBRID;
      case HISTORY -> CrawlState.HISTORY;
      case CHANGELOG -> CrawlState.CHANGELOG;
      case NONE -> CrawlState.NONE;
    };
  }
}
