package org.georep.status.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.georep.status.report.CrawlState;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.Test;

class StatusScreenTest {
  private static final WorkerReport ACTIVE =
      new WorkerReportBuilder()
          .session("photos")
          .primaryNode("here")
          .remoteNode("backup::/srv/copy")
          .workerStatus(WorkerState.ACTIVE)
          .crawlStatus(CrawlState.CHANGELOG)
          .lastSynced(Instant.ofEpochSecond(1_700_000_000L))
          .lagSeconds(0.42)
          .quarantined(0L)
          .bytesRemaining(1_572_864L)
          .build();
  private static final WorkerReport FAULTY =
      new WorkerReportBuilder()
          .session("mail-store")
          .workerStatus(WorkerState.FAULTY)
          .reason("The primary is not mounted. Mount it, then start again.")
          .build();

  private final StatusScreen plain = new StatusScreen(Paint.PLAIN, ZoneOffset.UTC);
  private final StatusScreen ansi = new StatusScreen(Paint.ANSI, ZoneOffset.UTC);

  @Test
  void linesUpATable() {
    assertThat(plain.table(List.of(ACTIVE, FAULTY)))
        .isEqualTo(
            """
            SESSION     PRIMARY NODE  SECONDARY          STATUS  CRAWL STATUS     LAST SYNCED          LAG   SKIPPED
            photos      here          backup::/srv/copy  Active  Changelog Crawl  2023-11-14 22:13:20  0.4s  0
            mail-store  N/A           N/A                Faulty  N/A              N/A                  N/A   N/A
            mail-store: The primary is not mounted. Mount it, then start again.
            """);
  }

  @Test
  void coloursOnlyWhenAsked() {
    assertThat(plain.table(List.of(ACTIVE, FAULTY))).doesNotContain("\u001b");
    assertThat(plain.detail(List.of(ACTIVE, FAULTY))).doesNotContain("\u001b");
    String coloured = ansi.table(List.of(ACTIVE, FAULTY));
    assertThat(coloured).contains("\u001b[32mActive\u001b[0m  Changelog");
    assertThat(coloured).contains("\u001b[31mFaulty\u001b[0m  N/A");
    assertThat(coloured.replaceAll("\u001b\\[[0-9]*m", ""))
        .isEqualTo(plain.table(List.of(ACTIVE, FAULTY)));
  }

  @Test
  void tellsEverythingInDetail() {
    String detail = plain.detail(List.of(ACTIVE, FAULTY));
    assertThat(detail)
        .contains("  bytes remaining             1.5 MiB\n")
        .contains("  lag                         0.4s\n")
        .contains("  status                      Faulty\n")
        .contains("  reason                      The primary is not mounted.")
        .contains("  checkpoint                  none\n")
        .contains("\n\nmail-store\n");
  }

  @Test
  void anEmptyHostSaysWhatToDo() {
    assertThat(plain.table(List.of())).contains("georep replicate");
    assertThat(plain.detail(List.of())).contains("georep replicate");
  }

  @Test
  void amountsReadWell() {
    assertThat(Amounts.seconds(9.94)).isEqualTo("9.9s");
    assertThat(Amounts.seconds(59.4)).isEqualTo("59s");
    assertThat(Amounts.seconds(200.0)).isEqualTo("3m20s");
    assertThat(Amounts.seconds(18_120.0)).isEqualTo("5h02m");
    assertThat(Amounts.seconds(198_000.0)).isEqualTo("2d07h");
    assertThat(Amounts.seconds(null)).isEqualTo("N/A");
    assertThat(Amounts.bytes(1023L)).isEqualTo("1023 B");
    assertThat(Amounts.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
    assertThat(Amounts.share(0.995)).isEqualTo("99.5 %");
    assertThat(Amounts.rate(2048.0)).isEqualTo("2.0 KiB/s");
  }
}
