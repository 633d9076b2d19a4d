package org.georep.replicator.event;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.georep.status.report.CrawlState;
import org.georep.status.report.EventKind;
import org.georep.status.report.EventReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerState;
import org.jspecify.annotations.Nullable;

/**
 * Tells what happened between two looks at a worker. It is given a look at least whenever the
 * worker's state or crawl changes, in their order, and otherwise every few seconds. What is not
 * known in a report is no change.
 *
 * <p>Quarantine and lag last from run to run, and so begin with what was last told of them. For one
 * thread.
 */
final class StateChanges {
  private final String session;
  private final String volume;
  private final double threshold;
  private @Nullable WorkerState state;
  private boolean linkLost;
  private boolean crawling;
  private long crawls;
  private boolean quarantined;
  private boolean lagging;

  /**
   * Begins a run.
   *
   * @param threshold of the lag; zero for none
   * @param before what was told before, the oldest first
   */
  StateChanges(String session, String volume, Duration threshold, List<EventReport> before) {
    this.session = session;
    this.volume = volume;
    this.threshold = threshold.toMillis() / 1000.0;
    for (EventReport event : before) {
      switch (event.event()) {
        case QUARANTINE_FILLED -> quarantined = true;
        case QUARANTINE_EMPTY -> quarantined = false;
        case LAG_HIGH -> lagging = true;
        case LAG_BACK -> lagging = false;
        default -> {}
      }
    }
  }

  /** Returns what happened since the last look, in a fitting order. */
  List<EventReport> see(Sight sight, Instant now) {
    List<EventReport> events = new ArrayList<>();
    WorkerReport report = sight.report();
    String reason = report.reason() == null ? "no reason is known" : report.reason();
    if (sight.linkLost() && !linkLost) {
      events.add(event(now, EventKind.LINK_LOST, reason));
    }
    if (!sight.linkLost() && linkLost && report.workerStatus() == WorkerState.ACTIVE) {
      events.add(event(now, EventKind.LINK_BACK, "connected again"));
    }
    linkLost = sight.linkLost();
    if (report.workerStatus() != state) {
      if (report.workerStatus() == WorkerState.ACTIVE) {
        events.add(
            event(now, EventKind.ACTIVE, "replicating to " + report.remoteNode() + lease(report)));
      } else if (report.workerStatus() == WorkerState.PASSIVE) {
        events.add(event(now, EventKind.PASSIVE, "standing by" + lease(report)));
      } else if (report.workerStatus() == WorkerState.FAULTY) {
        events.add(event(now, EventKind.FAULTY, reason));
      }
      state = report.workerStatus();
    }
    crawl(report, sight.crawlReason(), now, events);
    quarantine(report, now, events);
    lag(report, now, events);
    return events;
  }

  private static String lease(WorkerReport report) {
    return report.lease() == null
        ? ""
        : "; the lease is that of " + report.lease().holder() + ", term " + report.lease().term();
  }

  private void crawl(WorkerReport report, String why, Instant now, List<EventReport> events) {
    boolean walks = report.crawlStatus() == CrawlState.HYBRID;
    long ended = report.crawls() == null ? crawls : report.crawls();
    if (ended > crawls) {
      Double took = report.crawlTimeSeconds();
      Long met = report.crawl() == null ? null : report.crawl().entriesSeen();
      events.add(
          event(
              now,
              EventKind.CRAWL_ENDED,
              "the whole volume was walked"
                  + (met == null || walks ? "" : ", " + met + " entries")
                  + (took == null ? "" : ", in " + took + " s")));
    } else if (crawling && !walks) {
      events.add(event(now, EventKind.CRAWL_BROKEN_OFF, "the walk was given up before its end"));
    }
    if (walks && (!crawling || ended > crawls)) {
      events.add(
          event(
              now,
              EventKind.CRAWL_BEGUN,
              "the whole volume is walked" + (why.isEmpty() ? "" : ": " + why)));
    }
    crawling = walks;
    crawls = ended;
  }

  private void quarantine(WorkerReport report, Instant now, List<EventReport> events) {
    if (report.quarantined() == null || (report.quarantined() > 0) == quarantined) {
      return;
    }
    quarantined = report.quarantined() > 0;
    events.add(
        quarantined
            ? event(
                    now,
                    EventKind.QUARANTINE_FILLED,
                    report.quarantined() + " in quarantine: see georep quarantine list " + session)
                .withQuarantined(report.quarantined())
            : event(now, EventKind.QUARANTINE_EMPTY, "nothing is in quarantine any more")
                .withQuarantined(0));
  }

  private void lag(WorkerReport report, Instant now, List<EventReport> events) {
    Double lag = report.lagSeconds();
    if (lag == null || threshold == 0 || (lag > threshold) == lagging) {
      return;
    }
    lagging = lag > threshold;
    events.add(
        event(
                now,
                lagging ? EventKind.LAG_HIGH : EventKind.LAG_BACK,
                "the lag is %s s, its threshold %s s".formatted(lag, threshold))
            .withLag(lag, threshold));
  }

  private EventReport event(Instant now, EventKind kind, String message) {
    return EventReport.of(now, kind, session, volume, message);
  }
}
