package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has counted since its process began: figures that only go up, and begin at 0 again
 * with the next process. A kind that cannot be counted is not in its map.
 *
 * @param captureEvents records of changes read from the journal, each once, by their type
 * @param captureOverflows how often events were lost and the volume had to be crawled for that
 * @param crawlEntries entries crawls have {@code seen}, and of these found {@code changed}
 * @param operations by class ({@code entry}, {@code metadata}, {@code data}), by result
 * @param bytes {@code logical}: sizes of the files published; {@code wire}: bytes of contents sent
 * @param retries what was done once more, by the reason
 * @param barriers barriers the secondary has confirmed
 * @param barrierSeconds how long they took, all together
 */
@JsonPropertyOrder({
  "capture_events",
  "capture_overflows",
  "crawl_entries",
  "ops",
  "bytes",
  "retries",
  "barriers",
  "barrier_seconds"
})
public record CountersReport(
    @JsonProperty("capture_events") @Nullable Map<String, Long> captureEvents,
    @JsonProperty("capture_overflows") @Nullable Long captureOverflows,
    @JsonProperty("crawl_entries") @Nullable Map<String, Long> crawlEntries,
    @JsonProperty("ops") @Nullable Map<String, Map<String, Long>> operations,
    @JsonProperty("bytes") @Nullable Map<String, Long> bytes,
    @JsonProperty("retries") @Nullable Map<String, Long> retries,
    @JsonProperty("barriers") @Nullable Long barriers,
    @JsonProperty("barrier_seconds") @Nullable Double barrierSeconds) {
  /** Copies its maps, in the order of their keys. */
  public CountersReport {
    captureEvents = sorted(captureEvents);
    crawlEntries = sorted(crawlEntries);
    operations = sorted(operations);
    bytes = sorted(bytes);
    retries = sorted(retries);
  }

  private static <V> @Nullable Map<String, V> sorted(@Nullable Map<String, V> map) {
    return map == null ? null : Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
