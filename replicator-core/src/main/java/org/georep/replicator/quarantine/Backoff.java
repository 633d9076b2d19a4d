package org.georep.replicator.quarantine;

import java.time.Duration;

/**
 * How long to wait before the next try: 10 s after the first, twice as long each time, 1 h at most;
 * 1 min at most for want of room, which ends from one moment to the next.
 */
final class Backoff {
  static final Duration FIRST = Duration.ofSeconds(10);
  static final Duration LONGEST = Duration.ofHours(1);
  static final Duration LONGEST_FOR_ROOM = Duration.ofMinutes(1);

  private Backoff() {}

  static Duration after(long tries, Failure failure) {
    Duration longest = failure.isWantOfRoom() ? LONGEST_FOR_ROOM : LONGEST;
    if (tries >= 10) {
      return longest;
    }
    Duration pause = FIRST.multipliedBy(1L << (tries - 1));
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
