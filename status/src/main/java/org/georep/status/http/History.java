package org.georep.status.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.georep.status.report.EpochSeconds;
import org.georep.status.report.RatesReport;
import org.georep.status.report.WorkerReport;
import org.jspecify.annotations.Nullable;

/**
 * The last minutes of a few figures of each worker, so that a page that was just opened has
 * something to draw. Kept in memory only, {@value #MOST} samples a worker. For any number of
 * threads.
 */
final class History {
  /** Between two samples. */
  static final Duration EVERY = Duration.ofSeconds(5);

  /** A quarter of an hour. */
  private static final int MOST = 180;

  private record Worker(String session, String volume) {}

  private record Sample(
      Instant time,
      @Nullable Double lag,
      @Nullable Double files,
      @Nullable Double bytes,
      @Nullable Long pending) {}

  private final Map<Worker, Deque<Sample>> samples = new LinkedHashMap<>();

  /** Takes one sample of each; forgets workers that are not among them. */
  synchronized void add(List<WorkerReport> reports, Instant now) {
    samples.keySet().retainAll(reports.stream().map(report -> worker(report)).toList());
    for (WorkerReport report : reports) {
      Deque<Sample> of = samples.computeIfAbsent(worker(report), any -> new ArrayDeque<>());
      RatesReport rates = report.rates();
      of.addLast(
          new Sample(
              now,
              report.lagSeconds(),
              rates == null ? null : rates.filesPerSecond(),
              rates == null ? null : rates.bytesPerSecond(),
              report.filesRemaining()));
      if (of.size() > MOST) {
        of.removeFirst();
      }
    }
  }

  private static Worker worker(WorkerReport report) {
    return new Worker(String.valueOf(report.session()), String.valueOf(report.volume()));
  }

  /** Returns it as JSON: an array of numbers for each figure, the oldest first. */
  synchronized ObjectNode toJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("interval_seconds", EVERY.toSeconds());
    ArrayNode workers = node.putArray("workers");
    samples.forEach(
        (worker, of) -> {
          ObjectNode each = workers.addObject();
          each.put("session", worker.session());
          each.put("volume", worker.volume());
          ArrayNode time = each.putArray("time");
          ArrayNode lag = each.putArray("lag_seconds");
          ArrayNode files = each.putArray("files_per_second");
          ArrayNode bytes = each.putArray("bytes_per_second");
          ArrayNode pending = each.putArray("files_remaining");
          for (Sample sample : of) {
            time.add(EpochSeconds.of(sample.time()));
            lag.add(sample.lag());
            files.add(sample.files());
            bytes.add(sample.bytes());
            pending.add(sample.pending());
          }
        });
    return node;
  }
}
