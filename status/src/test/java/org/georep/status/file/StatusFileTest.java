package org.georep.status.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.georep.status.report.CheckpointState;
import org.georep.status.report.CrawlReport;
import org.georep.status.report.CrawlState;
import org.georep.status.report.RatesReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusFileTest {
  /** The contract: a key may be added here, never renamed or taken away. */
  private static final List<String> KEYS =
      List.of(
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
          "reason");

  @TempDir Path directory;

  private static WorkerReport full() {
    return new WorkerReportBuilder()
        .remoteNode("backup::/srv/copy")
        .workerStatus(WorkerState.ACTIVE)
        .crawlStatus(CrawlState.CHANGELOG)
        .filesSyncd(10L)
        .filesRemaining(2L)
        .bytesRemaining(4096L)
        .purgesRemaining(0L)
        .totalFilesSkipped(1L)
        .lastSynced(Instant.ofEpochSecond(1_700_000_000L, 123_456_789))
        .entry(1L)
        .data(2L)
        .meta(3L)
        .failures(4L)
        .crawls(5L)
        .turns(6L)
        .crawlTimeSeconds(7.5)
        .checkpointTime(Instant.ofEpochSecond(1_700_000_001L))
        .checkpointCompleted(CheckpointState.YES)
        .checkpointCompletionTime(Instant.ofEpochSecond(1_700_000_002L, 500_000_000))
        .session("s")
        .volume("_data")
        .primaryNode("here")
        .pid(42L)
        .updated(Instant.ofEpochSecond(1_700_000_003L))
        .lagSeconds(0.25)
        .heartbeatAgeSeconds(0.5)
        .journalRecordsPending(11L)
        .journalBytes(12L)
        .capture("fanotify")
        .captureCoverage(1.0)
        .mountsLeftOut(List.of("mnt"))
        .quarantined(1L)
        .limbo(0L)
        .crawl(new CrawlReport(100L, 3L, 1.5))
        .rates(new RatesReport(9.5, 1e6))
        .reason("Something is wrong. Run: georep doctor")
        .build();
  }

  @Test
  void everyKeyOfTheContractIsAlwaysThereInItsOrder() throws IOException {
    for (WorkerReport report : List.of(new WorkerReportBuilder().build(), full())) {
      JsonNode json = new ObjectMapper().readTree(StatusJson.bytes(report));
      assertThat(json.fieldNames()).toIterable().containsExactlyElementsOf(KEYS);
    }
    JsonNode json = new ObjectMapper().readTree(StatusJson.bytes(full()));
    assertThat(json.get("crawl").fieldNames())
        .toIterable()
        .containsExactly("entries_seen", "entries_changed", "eta_seconds");
    assertThat(json.get("rates").fieldNames())
        .toIterable()
        .containsExactly("files_per_second", "bytes_per_second");
    assertThat(json.get("worker status").textValue()).isEqualTo("Active");
    assertThat(json.get("crawl status").textValue()).isEqualTo("Changelog Crawl");
    assertThat(json.get("checkpoint_completed").textValue()).isEqualTo("Yes");
    assertThat(new String(StatusJson.bytes(full()), StandardCharsets.UTF_8))
        .contains("\"last_synced\":1700000000.123456789,");
  }

  @Test
  void whatIsUnknownIsNull() throws IOException {
    JsonNode json =
        new ObjectMapper().readTree(StatusJson.bytes(new WorkerReportBuilder().build()));
    assertThat(json).allSatisfy(value -> assertThat(value.isNull()).isTrue());
  }

  @Test
  void spellsStatesAsAdministratorsKnowThem() {
    assertThat(WorkerState.values())
        .extracting(WorkerState::text)
        .containsExactly(
            "Not Started", "Initializing", "Active", "Passive", "Faulty", "Stopped", "Paused");
    assertThat(CrawlState.values())
        .extracting(CrawlState::text)
        .containsExactly("Hybrid Crawl", "History Crawl", "Changelog Crawl", "N/A");
  }

  @Test
  void readsBackWhatItWrote() throws IOException {
    StatusFile file = new StatusFile(directory.resolve("_data.status"));
    assertThat(file.read()).isEmpty();
    file.write(full());
    assertThat(file.read()).contains(full());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
        .isEqualTo("rw-------");
  }

  @Test
  void passesOverWhatItDoesNotKnow() throws IOException {
    Path path = directory.resolve("s");
    Files.writeString(
        path,
        "{\"worker status\":\"Dancing\",\"turns\":3,\"new\":{\"a\":[1]},\"updated\":\"soon\"}");
    WorkerReport report = new StatusFile(path).read().orElseThrow();
    assertThat(report.turns()).isEqualTo(3);
    assertThat(report.workerStatus()).isNull();
    assertThat(report.updated()).isNull();
  }

  @Test
  void countersGoOnAndSurviveADamagedFile() throws IOException {
    Path path = directory.resolve("s");
    StatusFile file = new StatusFile(path);
    assertThat(file.counters()).isEqualTo(StatusCounters.ZERO);
    file.write(full());
    assertThat(file.counters()).isEqualTo(new StatusCounters(10, 4, 6, 100));
    file.write(full().toBuilder().failures(null).build());
    assertThat(file.counters()).isEqualTo(new StatusCounters(10, 0, 6, 100));
    byte[] whole = Files.readAllBytes(path);
    for (String damaged : List.of("", "null", "[]", "{\"turns\":", "\0\0\0")) {
      Files.writeString(path, damaged);
      assertThat(file.counters()).isEqualTo(StatusCounters.ZERO);
      assertThatThrownBy(file::read).isInstanceOf(IOException.class);
    }
    Files.write(path, whole);
    assertThat(file.counters()).isEqualTo(new StatusCounters(10, 0, 6, 100));
  }

  @Test
  void whatACrashLeftBesideItIsHarmless() throws IOException {
    Path path = directory.resolve("s");
    StatusFile file = new StatusFile(path);
    file.write(full());
    Files.writeString(directory.resolve("s.new"), "{\"tur");
    assertThat(file.read()).contains(full());
    WorkerReport next = full().toBuilder().turns(7L).build();
    file.write(next);
    assertThat(file.read()).contains(next);
    try (var left = Files.list(directory)) {
      assertThat(left).containsExactly(path);
    }
  }

  @Test
  void aReaderNeverSeesAPart() throws Exception {
    StatusFile file = new StatusFile(directory.resolve("s"));
    List<WorkerReport> reports = new ArrayList<>();
    reports.add(full());
    reports.add(full().toBuilder().reason("x".repeat(100_000)).build());
    file.write(reports.get(0));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              while (!stop.get()) {
                try {
                  assertThat(file.read().orElseThrow()).isIn(reports);
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                }
              }
            });
    reader.start();
    for (int i = 0; i < 200; i++) {
      file.write(reports.get(i % 2));
    }
    stop.set(true);
    reader.join();
    assertThat(failure.get()).isNull();
  }
}
