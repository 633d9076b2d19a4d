package org.georep.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits for conditions, up to a limit so generous that reaching it means broken, not slow. System
 * property {@code georep.test.scale} (default 1) multiplies it.
 */
public final class Waits {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Waits() {}

  /** Returns the limit. */
  public static Duration limit() {
    return scaled(LIMIT);
  }

  /** Returns a duration multiplied by the scale. */
  public static Duration scaled(Duration duration) {
    double scale = Double.parseDouble(System.getProperty("georep.test.scale", "1"));
    return Duration.ofNanos((long) (duration.toNanos() * scale));
  }

  /**
   * Waits until the condition holds.
   *
   * @param what the condition in words, for the failure
   * @throws AssertionError if it does not within {@link #limit}
   * @throws Exception what the condition threw, at once
   */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, limit(), condition);
  }

  /** As above, for at most the given time. */
  public static void until(String what, Duration limit, Callable<Boolean> condition)
      throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.call()) {
      pause(end, limit, what, null);
    }
  }

  /**
   * Waits until the assertions pass.
   *
   * @throws AssertionError the last one, if they do not within {@link #limit}
   * @throws Exception what they threw besides, at once
   */
  public static void untilPasses(Assertions assertions) throws Exception {
    Duration limit = limit();
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        assertions.run();
        return;
      } catch (AssertionError e) {
        pause(end, limit, "the assertions pass", e);
      }
    }
  }

  private static void pause(long end, Duration limit, String what, @Nullable AssertionError cause) {
    if (System.nanoTime() > end) {
      throw new AssertionError("waited " + limit + " in vain until: " + what, cause);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new AssertionError("interrupted while waiting until: " + what, cause);
    }
    LockSupport.parkNanos(STEP_NANOS);
  }

  /** Assertions that may throw anything. */
  @FunctionalInterface
  public interface Assertions {
    /** Checks. */
    void run() throws Exception;
  }
}
