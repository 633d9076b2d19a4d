package org.georep.replicator.verify;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the whole tree compared once an interval, metadata only, a share at a time: one in {@value
 * #SHARES} every so often, each beginning where the last one ended, also over restarts. A share
 * that does not come to its end is done again. What is found is in the log and in the status.
 */
public final class VerifySchedule implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(VerifySchedule.class);
  private static final int SHARES = 24;
  private static final long LEAST_SHARE = 1_000;
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final int MOST_LOGGED = 100;

  private final @Nullable ScheduledExecutorService thread;
  private final Verifier verifier;

  private VerifySchedule(@Nullable ScheduledExecutorService thread, Verifier verifier) {
    this.thread = thread;
    this.verifier = verifier;
  }

  /**
   * Starts.
   *
   * @param interval in which the whole tree is compared; zero for never
   */
  public static VerifySchedule start(Duration interval, Verifier verifier) {
    if (interval.isZero()) {
      return new VerifySchedule(null, verifier);
    }
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread made = new Thread(work, "georep-verify");
              made.setDaemon(true);
              return made;
            });
    VerifySchedule schedule = new VerifySchedule(thread, verifier);
    Duration share = interval.dividedBy(SHARES);
    long millis = (share.compareTo(SHORTEST) < 0 ? SHORTEST : share).toMillis();
    var unused = thread.scheduleAtFixedRate(schedule::share, millis, millis, TimeUnit.MILLISECONDS);
    return schedule;
  }

  private void share() {
    long budget = Math.max(LEAST_SHARE, verifier.expected() / SHARES + 1);
    long[] found = {0};
    try {
      VerifyOutcome outcome =
          verifier.verify(
              VerifyOptions.share(verifier.state().from(), budget),
              new VerifyListener() {
                @Override
                public void progress(VerifyFigures figures) {}

                @Override
                public void difference(Difference difference) {
                  if (found[0]++ < MOST_LOGGED) {
                    log.warn("the sides differ: {}", difference);
                  }
                }
              });
      if (outcome.next().isEmpty()) {
        log.info(
            "the whole tree is compared: {} entries, {} differences",
            verifier.state().lastEntries(),
            verifier.state().lastFound());
      }
    } catch (IOException e) {
      log.info("a share of the tree was not compared: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("a share of the tree could not be compared", e);
    }
  }

  /** Starts no more; one under way ends with the desk. */
  @Override
  public void close() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
