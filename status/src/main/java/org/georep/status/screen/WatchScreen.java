package org.georep.status.screen;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.georep.status.report.CrawlReport;
import org.georep.status.report.RatesReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerState;
import org.jspecify.annotations.Nullable;

/**
 * What is going on now, for a screen that is drawn again and again: of each worker its state, lag,
 * rates, what is in flight, and how far it is with an estimate. Lines of text, each ended by a
 * newline.
 */
public final class WatchScreen {
  private static final int LABEL_WIDTH = 12;

  private final Paint paint;
  private final ZoneId zone;

  /**
   * Makes one.
   *
   * @param paint ANSI only for a terminal
   * @param zone in which times are shown
   */
  public WatchScreen(Paint paint, ZoneId zone) {
    this.paint = Objects.requireNonNull(paint, "paint is null");
    this.zone = Objects.requireNonNull(zone, "zone is null");
  }

  /** Returns the screen as it is at a moment. */
  public String at(Instant now, List<WorkerReport> workers) {
    StringBuilder out = new StringBuilder();
    out.append(paint.heading("georep status")).append("  ").append(Amounts.time(now, zone));
    out.append("  (Ctrl-C ends)\n");
    if (workers.isEmpty()) {
      return out.append("\nNo session has run here yet.\n").toString();
    }
    for (WorkerReport worker : workers) {
      out.append('\n');
      block(out, worker, now);
    }
    return out.toString();
  }

  private void block(StringBuilder out, WorkerReport w, Instant now) {
    String state = w.workerStatus() == null ? Amounts.UNKNOWN : w.workerStatus().text();
    out.append(paint.heading(Amounts.text(w.session()))).append("  ");
    out.append(paint.state(w.workerStatus(), state)).append("  to ");
    out.append(Amounts.text(w.remoteNode())).append('\n');
    if (w.reason() != null) {
      out.append("  ").append(paint.warning(w.reason())).append('\n');
    }
    line(
        out,
        "lag",
        Amounts.seconds(w.lagSeconds())
            + ", in step up to "
            + Amounts.time(w.lastSynced(), zone)
            + ", heartbeat "
            + Amounts.seconds(w.heartbeatAgeSeconds())
            + " old");
    RatesReport rates = w.rates() == null ? RatesReport.UNKNOWN : w.rates();
    line(
        out,
        "rates",
        Amounts.number(rates.filesPerSecond())
            + " files/s, "
            + Amounts.rate(rates.bytesPerSecond()));
    line(
        out,
        "in flight",
        Amounts.count(w.entry())
            + " entries, "
            + Amounts.count(w.data())
            + " contents, "
            + Amounts.count(w.meta())
            + " metadata; journal "
            + Amounts.count(w.journalRecordsPending())
            + " records");
    line(out, "progress", progress(w));
    if (w.quarantined() != null && w.quarantined() > 0) {
      line(
          out,
          "quarantine",
          paint.warning(
              Amounts.count(w.quarantined()) + ": georep quarantine list " + w.session()));
    }
    if (w.checkpointTime() != null) {
      line(out, "checkpoint", checkpoint(w));
    }
    if (w.updated() != null && Duration.between(w.updated(), now).toSeconds() > 10) {
      line(out, "written", Amounts.time(w.updated(), zone));
    }
  }

  private static String progress(WorkerReport w) {
    if (w.workerStatus() != WorkerState.ACTIVE) {
      return Amounts.UNKNOWN;
    }
    List<String> parts = new ArrayList<>();
    CrawlReport crawl = w.crawl();
    boolean crawling = w.crawlStatus() == org.georep.status.report.CrawlState.HYBRID;
    if (crawling && crawl != null) {
      parts.add(
          "crawl: "
              + Amounts.count(crawl.entriesSeen())
              + " entries met, "
              + Amounts.count(crawl.entriesChanged())
              + " changed");
    }
    long files = w.filesRemaining() == null ? 0 : w.filesRemaining();
    if (files > 0) {
      parts.add(files + " files (" + Amounts.bytes(w.bytesRemaining()) + ") to send");
    }
    if (parts.isEmpty()) {
      return w.lagSeconds() != null && w.lagSeconds() == 0
          ? "in step"
          : w.crawlStatus() == null ? Amounts.UNKNOWN : w.crawlStatus().text();
    }
    Double left = secondsLeft(w, crawling);
    parts.add(left == null ? "no estimate yet" : "about " + Amounts.seconds(left) + " left");
    return String.join("; ", parts);
  }

  /** The longer of what the crawl and what the contents take; null if either is not known. */
  static @Nullable Double secondsLeft(WorkerReport w, boolean crawling) {
    double left = 0;
    if (crawling) {
      if (w.crawl() == null || w.crawl().etaSeconds() == null) {
        return null;
      }
      left = w.crawl().etaSeconds();
    }
    long bytes = w.bytesRemaining() == null ? 0 : w.bytesRemaining();
    if (bytes > 0) {
      Double rate = w.rates() == null ? null : w.rates().bytesPerSecond();
      if (rate == null || rate <= 0) {
        return null;
      }
      left = Math.max(left, bytes / rate);
    }
    return left;
  }

  private String checkpoint(WorkerReport w) {
    String completed =
        w.checkpointCompletionTime() == null
            ? "not completed"
            : "completed at " + Amounts.time(w.checkpointCompletionTime(), zone);
    return Amounts.time(w.checkpointTime(), zone) + ", " + completed;
  }

  private static void line(StringBuilder out, String label, String value) {
    out.append("  ").append(label).append(" ".repeat(LABEL_WIDTH - label.length()));
    out.append(value).append('\n');
  }
}
