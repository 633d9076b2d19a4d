package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * How far the present hybrid crawl is, or, if none runs, what the last one met.
 *
 * @param entriesSeen entries walked so far
 * @param entriesChanged of these, entries that had to be looked at on the secondary
 * @param etaSeconds estimated seconds to its end, null when unknown
 */
@JsonPropertyOrder({"entries_seen", "entries_changed", "eta_seconds"})
public record CrawlReport(
    @JsonProperty("entries_seen") @Nullable Long entriesSeen,
    @JsonProperty("entries_changed") @Nullable Long entriesChanged,
    @JsonProperty("eta_seconds") @Nullable Double etaSeconds) {
  /** Nothing known: there was no crawl yet. */
  public static final CrawlReport UNKNOWN = new CrawlReport(null, null, null);
}
