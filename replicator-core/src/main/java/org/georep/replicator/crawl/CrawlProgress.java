package org.georep.replicator.crawl;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How far a crawl is. The estimate divides what is thought to be left by the rate so far; before
 * the first entry there is none.
 *
 * @param entriesSeen entries looked at
 * @param entriesChanged entries the secondary was asked to change
 * @param entriesExpected entries there are thought to be in all, or 0 if nothing is known
 * @param elapsed time since it began
 */
public record CrawlProgress(
    long entriesSeen, long entriesChanged, long entriesExpected, Duration elapsed) {

  /** Returns entries a second so far. */
  public double rate() {
    double seconds = elapsed.toNanos() / 1e9;
    return seconds <= 0 ? 0 : entriesSeen / seconds;
  }

  /** Returns the estimated seconds left, if there is anything to go by. */
  public OptionalLong etaSeconds() {
    double rate = rate();
    return entriesExpected <= 0 || rate <= 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.round(Math.max(0, entriesExpected - entriesSeen) / rate));
  }
}
