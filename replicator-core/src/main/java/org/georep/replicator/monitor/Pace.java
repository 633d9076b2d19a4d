package org.georep.replicator.monitor;

import java.time.Duration;

/**
 * When something that ended is started again: after half a second, then twice as long each time, up
 * to a minute; from the beginning when it had run for longer than that. For one thread.
 */
final class Pace {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private Duration pause = Duration.ZERO;
  private long ended;
  private int failures;

  /** It ended after so long; returns the pause before the next time. */
  Duration ended(Duration age) {
    boolean first = pause.isZero() || age.compareTo(LONGEST) > 0;
    Duration doubled = pause.multipliedBy(2);
    pause = first ? FIRST : doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    failures = first ? 1 : failures + 1;
    ended = System.nanoTime();
    return pause;
  }

  /** Whether it may be started. */
  boolean isDue() {
    return System.nanoTime() - ended >= pause.toNanos() || pause.isZero();
  }

  /** How often in a row it ended soon. */
  int failures() {
    return failures;
  }

  /** Forgets what was. */
  void reset() {
    pause = Duration.ZERO;
    failures = 0;
  }
}
