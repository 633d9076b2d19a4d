package org.georep.status.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.georep.status.report.CheckpointState;
import org.georep.status.report.CountersReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.Test;

class ReportMetricsTest {
  /** The contract: a metric may be added here, never renamed or taken away. */
  private static final List<String> NAMES =
      List.of(
          "georep_barrier_seconds",
          "georep_bytes_total",
          "georep_capture_coverage_ratio",
          "georep_capture_events_total",
          "georep_capture_overflows_total",
          "georep_checkpoint_completed",
          "georep_crawl_entries_total",
          "georep_heartbeat_age_seconds",
          "georep_journal_bytes",
          "georep_journal_records_pending",
          "georep_lag_seconds",
          "georep_ops_total",
          "georep_quarantine_entries",
          "georep_retries_total",
          "georep_stime_seconds",
          "georep_verify_differences",
          "georep_verify_last_success_timestamp_seconds",
          "georep_worker_state");

  private final ReportMetrics metrics = new ReportMetrics();

  private static WorkerReportBuilder worker(String session) {
    return new WorkerReportBuilder()
        .session(session)
        .volume("_data")
        .workerStatus(WorkerState.ACTIVE);
  }

  private static WorkerReport full() {
    return worker("one")
        .lagSeconds(0.25)
        .heartbeatAgeSeconds(3.0)
        .lastSynced(Instant.ofEpochSecond(1_700_000_000L, 500_000_000))
        .journalRecordsPending(7L)
        .journalBytes(4096L)
        .captureCoverage(0.5)
        .quarantined(2L)
        .checkpointCompleted(CheckpointState.YES)
        .verified(3L, Instant.ofEpochSecond(1_600_000_000L))
        .counters(counters(10))
        .build();
  }

  private static CountersReport counters(long events) {
    return new CountersReport(
        Map.of("entry", events),
        1L,
        Map.of("seen", 100L),
        Map.of("data", Map.of("done", 5L)),
        Map.of("logical", 1000L, "wire", 400L),
        Map.of("changed", 1L),
        4L,
        0.5);
  }

  private static String value(String text, String series) {
    Matcher found =
        Pattern.compile("^" + Pattern.quote(series) + " (.*)$", Pattern.MULTILINE).matcher(text);
    assertThat(found.find()).as(series + " in\n" + text).isTrue();
    return found.group(1);
  }

  @Test
  void everyNameOfTheContractIsThereWithItsLabels() {
    String text = metrics.scrape(List.of(full()));
    assertThat(
            text.lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ", -1)[2])
                .filter(name -> !name.endsWith("_max")))
        .containsExactlyInAnyOrderElementsOf(NAMES);
    assertThat(value(text, "georep_lag_seconds{session=\"one\",volume=\"_data\"}"))
        .isEqualTo("0.25");
    assertThat(value(text, "georep_stime_seconds{session=\"one\",volume=\"_data\"}"))
        .isEqualTo("1.7000000005E9");
    assertThat(
            value(text, "georep_worker_state{session=\"one\",state=\"Active\",volume=\"_data\"}"))
        .isEqualTo("1.0");
    assertThat(
            value(text, "georep_worker_state{session=\"one\",state=\"Faulty\",volume=\"_data\"}"))
        .isEqualTo("0.0");
    assertThat(
            value(
                text,
                "georep_ops_total{class=\"data\",result=\"done\",session=\"one\",volume=\"_data\"}"))
        .isEqualTo("5.0");
    assertThat(value(text, "georep_bytes_total{kind=\"wire\",session=\"one\",volume=\"_data\"}"))
        .isEqualTo("400.0");
    assertThat(value(text, "georep_barrier_seconds_sum{session=\"one\",volume=\"_data\"}"))
        .isEqualTo("0.5");
    assertThat(value(text, "georep_barrier_seconds_count{session=\"one\",volume=\"_data\"}"))
        .isEqualTo("4");
  }

  @Test
  void whatIsNotKnownIsNaNOrAbsentAndNever0() {
    String text = metrics.scrape(List.of(worker("one").build()));
    Map<String, String> values =
        text.lines()
            .filter(line -> !line.startsWith("#") && !line.startsWith("georep_worker_state"))
            .collect(
                Collectors.toMap(
                    line -> line.substring(0, line.indexOf('{')),
                    line -> line.substring(line.lastIndexOf(' ') + 1)));
    assertThat(values).containsKey("georep_lag_seconds").doesNotContainKey("georep_ops_total");
    assertThat(values.values()).containsOnly("NaN");
  }

  @Test
  void figuresFollowTheReportsAndLeaveWithTheirWorker() {
    metrics.scrape(List.of(full(), worker("two").lagSeconds(9.0).build()));
    String text =
        metrics.scrape(List.of(full().toBuilder().lagSeconds(null).counters(counters(12)).build()));
    assertThat(text).doesNotContain("session=\"two\"");
    assertThat(value(text, "georep_lag_seconds{session=\"one\",volume=\"_data\"}"))
        .isEqualTo("NaN");
    assertThat(
            value(
                text,
                "georep_capture_events_total{session=\"one\",type=\"entry\",volume=\"_data\"}"))
        .isEqualTo("12.0");
  }

  @Test
  void aVolumesNameIsNoSyntax() {
    String text = metrics.scrape(List.of(worker("one").volume("_a\"b\\c\nd").build()));
    assertThat(text).contains("volume=\"_a\\\"b\\\\c\\nd\"");
  }
}
