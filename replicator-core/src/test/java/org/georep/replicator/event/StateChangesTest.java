package org.georep.replicator.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.georep.status.report.CrawlState;
import org.georep.status.report.EventKind;
import org.georep.status.report.EventReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.Test;

/** What happened is told once, and in order. */
class StateChangesTest {
  private final List<EventReport> told = new ArrayList<>();
  private StateChanges changes = begin();

  private StateChanges begin() {
    return new StateChanges("s", "_v", Duration.ofSeconds(60), List.copyOf(told));
  }

  private static WorkerReportBuilder worker(WorkerState state, CrawlState crawl) {
    return new WorkerReportBuilder()
        .workerStatus(state)
        .crawlStatus(crawl)
        .crawls(0L)
        .quarantined(0L)
        .remoteNode("h::/d");
  }

  private List<EventKind> see(WorkerReportBuilder report, boolean linkLost) {
    List<EventReport> events =
        changes.see(new Sight(report.build(), linkLost, "events were lost"), Instant.EPOCH);
    told.addAll(events);
    return events.stream().map(EventReport::event).toList();
  }

  @Test
  void statesAndLinks() {
    WorkerReportBuilder active = worker(WorkerState.ACTIVE, CrawlState.CHANGELOG);
    WorkerReportBuilder faulty =
        worker(WorkerState.FAULTY, CrawlState.NONE).reason("it was reset by peer");
    assertThat(see(worker(WorkerState.INITIALIZING, CrawlState.NONE), false)).isEmpty();
    assertThat(see(active, false)).containsExactly(EventKind.ACTIVE);
    assertThat(see(active, false)).isEmpty();
    assertThat(see(faulty, true)).containsExactly(EventKind.LINK_LOST, EventKind.FAULTY);
    assertThat(told.get(told.size() - 1).message()).isEqualTo("it was reset by peer");
    assertThat(see(faulty, true)).isEmpty();
    assertThat(see(active, false)).containsExactly(EventKind.LINK_BACK, EventKind.ACTIVE);
    assertThat(see(faulty, false)).containsExactly(EventKind.FAULTY);
  }

  @Test
  void crawls() {
    WorkerReportBuilder walking = worker(WorkerState.ACTIVE, CrawlState.HYBRID);
    WorkerReportBuilder live = worker(WorkerState.ACTIVE, CrawlState.CHANGELOG);
    assertThat(see(walking, false)).containsExactly(EventKind.ACTIVE, EventKind.CRAWL_BEGUN);
    assertThat(told.get(told.size() - 1).message()).endsWith("walked: events were lost");
    assertThat(see(live.crawls(1L), false)).containsExactly(EventKind.CRAWL_ENDED);
    assertThat(see(walking.crawls(1L), false)).containsExactly(EventKind.CRAWL_BEGUN);
    assertThat(see(live, false)).containsExactly(EventKind.CRAWL_BROKEN_OFF);
    assertThat(see(live.crawls(2L), false))
        .as("one too short to be seen")
        .containsExactly(EventKind.CRAWL_ENDED);
    see(walking.crawls(2L), false);
    assertThat(see(walking.crawls(3L), false))
        .as("one right after the other")
        .containsExactly(EventKind.CRAWL_ENDED, EventKind.CRAWL_BEGUN);
  }

  @Test
  void quarantineAndLagLastFromRunToRun() {
    WorkerReportBuilder active = worker(WorkerState.ACTIVE, CrawlState.CHANGELOG);
    see(active.lagSeconds(60.0), false);
    assertThat(see(active.lagSeconds(60.1), false)).containsExactly(EventKind.LAG_HIGH);
    assertThat(see(active.lagSeconds(null), false)).as("unknown is no change").isEmpty();
    assertThat(see(active.quarantined(3L), false)).containsExactly(EventKind.QUARANTINE_FILLED);
    assertThat(see(active.quarantined(4L), false)).isEmpty();
    changes = begin();
    assertThat(see(active.lagSeconds(70.0), false)).containsExactly(EventKind.ACTIVE);
    assertThat(see(active.lagSeconds(0.0).quarantined(0L), false))
        .containsExactly(EventKind.QUARANTINE_EMPTY, EventKind.LAG_BACK);
    EventReport back = told.get(told.size() - 1);
    assertThat(back.lagSeconds()).isEqualTo(0.0);
    assertThat(back.lagThresholdSeconds()).isEqualTo(60.0);
  }

  @Test
  void withoutAThresholdNoLagIsHigh() {
    changes = new StateChanges("s", "_v", Duration.ZERO, List.of());
    WorkerReportBuilder active = worker(WorkerState.ACTIVE, CrawlState.CHANGELOG);
    assertThat(see(active.lagSeconds(1e9), false)).containsExactly(EventKind.ACTIVE);
  }
}
