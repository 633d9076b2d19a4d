package org.georep.replicator.worker;

import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what stands still until a run reports its status itself: a primary may hang when it is
 * opened. Looks for the first time after some seconds, which most starts do not take.
 */
final class StartWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StartWatch.class);
  private static final long FIRST_MILLIS = 3_000;
  private static final long PERIOD_MILLIS = 2_000;

  private final Standstill standstill;
  private final Consumer<String> told;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "georep-start");
            thread.setDaemon(true);
            return thread;
          });

  private StartWatch(Standstill standstill, Consumer<String> told) {
    this.standstill = Objects.requireNonNull(standstill, "standstill is null");
    this.told = Objects.requireNonNull(told, "told is null");
  }

  /**
   * Begins to look.
   *
   * @param standstill what is looked at; closed with this
   * @param told gets a sentence at each look that finds something, in another thread: a status that
   *     is not written again and again is taken for one of a process that does not answer
   */
  static StartWatch begin(Standstill standstill, Consumer<String> told) {
    StartWatch watch = new StartWatch(standstill, told);
    var unused =
        watch.ticker.scheduleWithFixedDelay(
            watch::look, FIRST_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  private void look() {
    try {
      standstill.look().ifPresent(told);
    } catch (RuntimeException e) {
      log.debug("What stands still cannot be told", e);
    }
  }

  /** Looks no more; waits for a sentence that is being told, since what is told next is newer. */
  void stop() {
    ticker.shutdown();
    boolean interrupted = false;
    while (!ticker.isTerminated()) {
      try {
        var unused = ticker.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    standstill.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
