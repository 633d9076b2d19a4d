package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/** How fast the worker goes, averaged over the last seconds; null when unknown. */
@JsonPropertyOrder({"files_per_second", "bytes_per_second"})
public record RatesReport(
    @JsonProperty("files_per_second") @Nullable Double filesPerSecond,
    @JsonProperty("bytes_per_second") @Nullable Double bytesPerSecond) {
  /** Nothing known. */
  public static final RatesReport UNKNOWN = new RatesReport(null, null);
}
