package org.georep.replicator.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.georep.protocol.ClockBound;
import org.georep.protocol.LeaseHolder;
import org.georep.protocol.Reply;

/**
 * How far the pair is, in this host's time, as the answers of the agent show it.
 *
 * <p>The pair's stime is in the time of the host whose worker was Active. If that clock is ahead of
 * this one, "everything before" means less here. How far ahead it is at most is known, whatever the
 * links' delays are: the Active says that at some moment of the secondary's host its clock showed
 * no more than so much, since it read it later; and here the clock showed at least what it did when
 * the question was sent. A clock that is behind is taken for equal, so that stime here is never
 * above the pair's.
 *
 * <p>What is said of a clock may be older than the stime beside it by two beats. A clock that was
 * set forward in between would not be noticed; so each stime waits for three beats, and counts with
 * the greatest advance seen since. For one thread.
 */
public final class Sightings {
  /** The steps of the clocks involved, and their drift within a lease. */
  private static final Duration MARGIN = Duration.ofMillis(200);

  private static final int BEATS_PER_LENGTH = 5;
  private static final int BEATS_WAITED = 3;

  private record Sighting(long nanos, long term, Optional<Instant> stime, Duration ahead) {}

  private final Deque<Sighting> seen = new ArrayDeque<>();

  /** Returns how often one who has or wants a lease of this length gives a sign of life. */
  public static Duration beat(Duration length) {
    return length.dividedBy(BEATS_PER_LENGTH);
  }

  /**
   * Takes an answer.
   *
   * @param asked what the clock of this host showed before the question was sent
   * @param nanos the monotonic clock now
   * @return everything that happened before, in this host's time, is durable on the secondary; if
   *     that is known
   */
  public Optional<Instant> see(Reply.Standing standing, Instant asked, long nanos) {
    if (standing.holder().isEmpty() || standing.clock().isEmpty()) {
      seen.clear();
      return Optional.empty();
    }
    LeaseHolder holder = standing.holder().get();
    ClockBound bound = standing.clock().get();
    Instant there = bound.clock().plusMillis(standing.now() - bound.at());
    seen.add(
        new Sighting(
            nanos, holder.term(), standing.stime(), Duration.between(asked, there).plus(MARGIN)));
    seen.removeIf(sighting -> sighting.term() != holder.term());
    long wait = beat(holder.length()).multipliedBy(BEATS_WAITED).toNanos();
    Optional<Sighting> ripe = Optional.empty();
    while (!seen.isEmpty() && nanos - seen.element().nanos() >= wait) {
      ripe = Optional.of(seen.remove());
    }
    if (ripe.isEmpty()) {
      return Optional.empty();
    }
    Duration ahead = ripe.get().ahead();
    for (Sighting later : seen) {
      ahead = later.ahead().compareTo(ahead) > 0 ? later.ahead() : ahead;
    }
    Duration most = ahead.isNegative() ? Duration.ZERO : ahead;
    return ripe.get().stime().map(stime -> stime.minus(most));
  }
}
