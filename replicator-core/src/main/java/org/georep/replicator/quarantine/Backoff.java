package org.georep.replicator.quarantine;

import java.time.Duration;

/**
 * How long to wait before the next try: 10 s after the first, twice as long each time, 1 h at most.
 */
final class Backoff {
  static final Duration FIRST = Duration.ofSeconds(10);
  static final Duration LONGEST = Duration.ofHours(1);

  private Backoff() {}

  static Duration after(long tries) {
    if (tries >= 10) {
      return LONGEST;
    }
    Duration pause = FIRST.multipliedBy(1L << (tries - 1));
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}
