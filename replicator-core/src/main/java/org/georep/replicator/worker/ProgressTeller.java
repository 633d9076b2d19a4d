package org.georep.replicator.worker;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.georep.replicator.crawl.CrawlProgress;
import org.georep.status.screen.ProgressLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how far a run that is to end is: once a second to a person at a terminal, every ten seconds
 * to the log otherwise. Rates are averages over the run.
 */
final class ProgressTeller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProgressTeller.class);
  private static final long WATCHED_SECONDS = 1;
  private static final long LOGGED_SECONDS = 10;

  private final @Nullable ScheduledExecutorService ticker;
  private final Runnable end;

  private ProgressTeller(@Nullable ScheduledExecutorService ticker, Runnable end) {
    this.ticker = ticker;
    this.end = end;
  }

  /** Returns one that says nothing. */
  static ProgressTeller none() {
    return new ProgressTeller(null, () -> {});
  }

  /**
   * Starts to tell.
   *
   * @param expected entries there are thought to be, 0 if nothing is known
   */
  static ProgressTeller start(Meter meter, long expected, RunOutput output) {
    long begun = System.nanoTime();
    boolean watched = output.isWatched();
    ScheduledExecutorService ticker =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "georep-progress");
              thread.setDaemon(true);
              return thread;
            });
    long period = watched ? WATCHED_SECONDS : LOGGED_SECONDS;
    Runnable tell =
        () -> {
          String line = line(meter, expected, Duration.ofNanos(System.nanoTime() - begun)).text();
          if (watched) {
            output.progress(line);
          } else {
            log.info("{}", line);
          }
        };
    var unused = ticker.scheduleAtFixedRate(tell, period, period, TimeUnit.SECONDS);
    return new ProgressTeller(ticker, watched ? () -> output.progress("") : () -> {});
  }

  /** Returns how far it is after that time. */
  static ProgressLine line(Meter meter, long expected, Duration elapsed) {
    double seconds = Math.max(0.001, elapsed.toNanos() / 1e9);
    Optional<CrawlProgress> crawl = meter.progress();
    long bytesLeft = meter.bytesRemaining.get();
    double bytesPerSecond = meter.bytesSynced.get() / seconds;
    Double left = null;
    if (crawl.isPresent()) {
      OptionalLong eta = crawl.get().etaSeconds();
      left = eta.isPresent() ? (double) eta.getAsLong() : null;
    }
    if (bytesLeft > 0 && bytesPerSecond > 0 && (left != null || crawl.isEmpty())) {
      left = Math.max(left == null ? 0 : left, bytesLeft / bytesPerSecond);
    }
    return new ProgressLine(
        crawl.map(CrawlProgress::entriesSeen).orElseGet(meter::lastCrawlEntries),
        crawl.map(CrawlProgress::entriesExpected).orElse(expected),
        meter.filesSynced.get(),
        meter.bytesSynced.get(),
        meter.filesRemaining.get(),
        bytesLeft,
        meter.entries.get() / seconds,
        bytesPerSecond,
        left);
  }

  @Override
  public void close() {
    if (ticker != null) {
      ticker.shutdownNow();
      end.run();
    }
  }
}
