package org.georep.status.screen;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.georep.status.report.CrawlReport;
import org.georep.status.report.CrawlState;
import org.georep.status.report.LeaseReport;
import org.georep.status.report.RatesReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerState;
import org.jspecify.annotations.Nullable;

/**
 * Lays workers out for people: a table with a line each, or everything about each. Lines of text
 * separated by newlines, each ended by one. Text that came from the reports is shown as it is;
 * names in them are escaped already.
 */
public final class StatusScreen {
  private static final int LABEL_WIDTH = 28;

  private final Paint paint;
  private final ZoneId zone;

  /**
   * Makes one.
   *
   * @param paint ANSI only for a terminal
   * @param zone in which times are shown
   */
  public StatusScreen(Paint paint, ZoneId zone) {
    this.paint = Objects.requireNonNull(paint, "paint is null");
    this.zone = Objects.requireNonNull(zone, "zone is null");
  }

  /**
   * Returns a table with a line for each worker, and below it the reasons of those that have one.
   */
  public String table(List<WorkerReport> workers) {
    if (workers.isEmpty()) {
      return "No session has run here yet. Start one with: georep replicate PRIMARY SECONDARY\n";
    }
    TextTable table =
        new TextTable(
            List.of(
                "SESSION",
                "PRIMARY NODE",
                "SECONDARY",
                "STATUS",
                "CRAWL STATUS",
                "LAST SYNCED",
                "LAG",
                "SKIPPED"));
    for (WorkerReport worker : workers) {
      table.row(
          List.of(
              Amounts.text(worker.session()),
              Amounts.text(worker.primaryNode()),
              Amounts.text(worker.remoteNode()),
              state(worker.workerStatus()),
              crawl(worker.crawlStatus()),
              Amounts.time(worker.lastSynced(), zone),
              Amounts.seconds(worker.lagSeconds()),
              Amounts.count(worker.quarantined())));
    }
    List<String> lines = table.lines();
    StringBuilder out = new StringBuilder(paint.heading(lines.get(0))).append('\n');
    for (int i = 0; i < workers.size(); i++) {
      WorkerState workerState = workers.get(i).workerStatus();
      out.append(table.paintCell(lines.get(i + 1), 3, cell -> paint.state(workerState, cell)))
          .append('\n');
    }
    for (WorkerReport worker : workers) {
      if (worker.lease() != null) {
        out.append(Amounts.text(worker.session()))
            .append(": active on ")
            .append(lease(worker.lease()))
            .append('\n');
      }
      if (worker.reason() != null) {
        out.append(paint.warning(Amounts.text(worker.session()) + ": " + worker.reason()))
            .append('\n');
      }
    }
    return out.toString();
  }

  /**
   * Returns everything about each worker, a line for each fact, workers separated by a blank line.
   */
  public String detail(List<WorkerReport> workers) {
    if (workers.isEmpty()) {
      return table(workers);
    }
    List<String> blocks = new ArrayList<>();
    for (WorkerReport worker : workers) {
      blocks.add(block(worker));
    }
    return String.join("\n", blocks);
  }

  private String block(WorkerReport w) {
    StringBuilder out = new StringBuilder();
    out.append(paint.heading(Amounts.text(w.session()))).append('\n');
    line(out, "volume", Amounts.text(w.volume()));
    line(out, "primary node", Amounts.text(w.primaryNode()));
    line(out, "secondary", Amounts.text(w.remoteNode()));
    line(out, "status", paint.state(w.workerStatus(), state(w.workerStatus())));
    if (w.reason() != null) {
      line(out, "reason", paint.warning(w.reason()));
    }
    if (w.lease() != null) {
      line(out, "active", "on " + lease(w.lease()));
    }
    line(out, "crawl status", crawl(w.crawlStatus()));
    line(out, "last synced", Amounts.time(w.lastSynced(), zone));
    line(out, "lag", Amounts.seconds(w.lagSeconds()));
    line(out, "heartbeat age", Amounts.seconds(w.heartbeatAgeSeconds()));
    line(out, "in flight", inFlight(w));
    line(out, "files sent", Amounts.count(w.filesSyncd()));
    line(out, "files remaining", Amounts.count(w.filesRemaining()));
    line(out, "bytes remaining", Amounts.bytes(w.bytesRemaining()));
    line(out, "deletions remaining", Amounts.count(w.purgesRemaining()));
    line(out, "in quarantine", Amounts.count(w.quarantined()));
    line(out, "in limbo", Amounts.count(w.limbo()));
    line(out, "failures", Amounts.count(w.failures()));
    line(out, "crawls, turns", Amounts.count(w.crawls()) + ", " + Amounts.count(w.turns()));
    line(out, "last crawl took", Amounts.seconds(w.crawlTimeSeconds()));
    CrawlReport crawl = w.crawl() == null ? CrawlReport.UNKNOWN : w.crawl();
    line(
        out,
        "crawl",
        "%s seen, %s changed, %s to go"
            .formatted(
                Amounts.count(crawl.entriesSeen()),
                Amounts.count(crawl.entriesChanged()),
                Amounts.seconds(crawl.etaSeconds())));
    RatesReport rates = w.rates() == null ? RatesReport.UNKNOWN : w.rates();
    line(
        out,
        "rates",
        Amounts.number(rates.filesPerSecond())
            + " files/s, "
            + Amounts.rate(rates.bytesPerSecond()));
    line(
        out, "capture", Amounts.text(w.capture()) + ", sees " + Amounts.share(w.captureCoverage()));
    line(
        out,
        "journal",
        Amounts.count(w.journalRecordsPending())
            + " records pending, "
            + Amounts.bytes(w.journalBytes()));
    line(out, "mounts left out", mounts(w.mountsLeftOut()));
    line(out, "checkpoint", checkpoint(w));
    line(out, "verified", verified(w));
    if (w.verifyEntries() != null) {
      line(out, "verify under way", verifying(w));
    }
    line(out, "written", Amounts.time(w.updated(), zone) + " by process " + Amounts.count(w.pid()));
    return out.toString();
  }

  private static void line(StringBuilder out, String label, String value) {
    out.append("  ").append(label).append(" ".repeat(LABEL_WIDTH - label.length()));
    out.append(value).append('\n');
  }

  private static String inFlight(WorkerReport w) {
    return "%s entry, %s data, %s metadata"
        .formatted(Amounts.count(w.entry()), Amounts.count(w.data()), Amounts.count(w.meta()));
  }

  private static String lease(LeaseReport lease) {
    return lease.holder() + ", term " + lease.term();
  }

  private static String mounts(@Nullable List<String> mounts) {
    if (mounts == null) {
      return Amounts.UNKNOWN;
    }
    return mounts.isEmpty() ? "none" : String.join(", ", mounts);
  }

  private String checkpoint(WorkerReport w) {
    if (w.checkpointTime() == null) {
      return "none";
    }
    String completed = w.checkpointCompleted() == null ? "" : w.checkpointCompleted().text();
    String at =
        w.checkpointCompletionTime() == null
            ? ""
            : " at " + Amounts.time(w.checkpointCompletionTime(), zone);
    return Amounts.time(w.checkpointTime(), zone) + ", completed: " + completed + at;
  }

  private String verified(WorkerReport w) {
    if (w.verifyDifferences() == null) {
      return "never";
    }
    return (w.verifyDifferences() == 0
            ? "no difference"
            : paint.warning(w.verifyDifferences() + " differ"))
        + ", last without any: "
        + (w.verifyLastSuccess() == null ? "never" : Amounts.time(w.verifyLastSuccess(), zone));
  }

  private static String verifying(WorkerReport w) {
    Long eta = w.verifyEtaSeconds();
    return Amounts.count(w.verifyEntries())
        + " entries compared, "
        + (eta == null ? "no estimate" : "about " + Amounts.seconds((double) eta) + " left");
  }

  private static String state(@Nullable WorkerState state) {
    return state == null ? Amounts.UNKNOWN : state.text();
  }

  private static String crawl(@Nullable CrawlState state) {
    return state == null ? Amounts.UNKNOWN : state.text();
  }
}
