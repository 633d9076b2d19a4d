package org.georep.status.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;
import org.georep.status.report.CrawlReport;
import org.georep.status.report.CrawlState;
import org.georep.status.report.EventKind;
import org.georep.status.report.EventReport;
import org.georep.status.report.RatesReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.Test;

class WatchScreenTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);
  private final WatchScreen screen = new WatchScreen(Paint.PLAIN, ZoneOffset.UTC);

  private static WorkerReportBuilder active() {
    return new WorkerReportBuilder()
        .session("photos")
        .remoteNode("backup::/srv/copy")
        .workerStatus(WorkerState.ACTIVE)
        .crawlStatus(CrawlState.CHANGELOG)
        .updated(NOW)
        .lastSynced(NOW.minusSeconds(3))
        .lagSeconds(0.0)
        .heartbeatAgeSeconds(3.2)
        .entry(0L)
        .data(0L)
        .meta(0L)
        .journalRecordsPending(2L)
        .filesRemaining(0L)
        .bytesRemaining(0L)
        .quarantined(0L)
        .rates(new RatesReport(1.5, 2048.0));
  }

  @Test
  void anIdleOneIsInStep() {
    assertThat(screen.at(NOW, List.of(active().build())))
        .isEqualTo(
            """
            georep status  2023-11-14 22:13:20  (Ctrl-C ends)

            photos  Active  to backup::/srv/copy
              lag         0.0s, in step up to 2023-11-14 22:13:17, heartbeat 3.2s old
              rates       1.5 files/s, 2.0 KiB/s
              in flight   0 entries, 0 contents, 0 metadata; journal 2 records
              progress    in step
            """);
  }

  @Test
  void progressHasAnEstimateOnlyWhereOneIsKnown() {
    WorkerReport sending =
        active().lagSeconds(4.0).filesRemaining(3L).bytesRemaining(2048L * 90).build();
    assertThat(screen.at(NOW, List.of(sending)))
        .contains("3 files (180.0 KiB) to send; about 1m30s left");
    WorkerReport crawling =
        sending.toBuilder()
            .crawlStatus(CrawlState.HYBRID)
            .crawl(new CrawlReport(100L, 7L, 200.0))
            .build();
    assertThat(screen.at(NOW, List.of(crawling)))
        .contains("crawl: 100 entries met, 7 changed; 3 files")
        .contains("about 3m20s left");
    WorkerReport unknown = crawling.toBuilder().crawl(new CrawlReport(100L, 7L, null)).build();
    assertThat(screen.at(NOW, List.of(unknown))).contains("no estimate yet");
    WorkerReport standing = sending.toBuilder().rates(new RatesReport(0.0, 0.0)).build();
    assertThat(screen.at(NOW, List.of(standing))).contains("no estimate yet");
  }

  @Test
  void whatIsNotKnownIsNotZero() {
    WorkerReport dead =
        new WorkerReportBuilder()
            .session("dead")
            .workerStatus(WorkerState.STOPPED)
            .reason("The process ended.")
            .updated(NOW.minusSeconds(60))
            .checkpointTime(NOW)
            .build();
    assertThat(screen.at(NOW, List.of(dead)))
        .contains("lag         N/A")
        .contains("rates       N/A files/s, N/A")
        .contains("progress    N/A")
        .contains("The process ended.")
        .contains("checkpoint  2023-11-14 22:13:20, not completed")
        .contains("written     2023-11-14 22:12:20");
    assertThat(screen.at(NOW, List.of())).contains("No session");
  }

  @Test
  void checkpointsAndEventsInWords() {
    CheckpointScreen words = new CheckpointScreen(ZoneOffset.UTC);
    CheckpointReport done =
        new CheckpointReport("a", NOW.minusSeconds(9), CheckpointStanding.COMPLETED, NOW);
    assertThat(words.sentence(done)).isEqualTo("checkpoint a is completed at 2023-11-14 22:13:20");
    assertThat(words.sentence(new CheckpointReport("a", NOW, CheckpointStanding.INVALID, null)))
        .isEqualTo("checkpoint a is invalid");
    assertThat(words.sentence(new CheckpointReport("a", NOW, CheckpointStanding.TAKEN_BACK, null)))
        .isEqualTo("checkpoint a is taken back");
    assertThat(words.sentence(new CheckpointReport("a", NOW, CheckpointStanding.NOT_REACHED, null)))
        .isEqualTo("checkpoint a is not reached yet");
    assertThat(words.table(List.of(done)))
        .isEqualTo(
            """
            CHECKPOINT  TIME                 STATE
            a           2023-11-14 22:13:11  completed at 2023-11-14 22:13:20
            """);
    assertThat(
            EventLine.of(
                EventReport.of(NOW, EventKind.LINK_LOST, "s", "v", "gone\nfor\u001b[2Jever"),
                ZoneOffset.UTC))
        .isEqualTo("2023-11-14 22:13:20  link-lost             gone for [2Jever");
  }
}
