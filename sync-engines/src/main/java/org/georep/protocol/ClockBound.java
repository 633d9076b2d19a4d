package org.georep.protocol;

import java.time.Instant;
import java.util.Objects;

/**
 * What is known of how a primary host's clock stands to the secondary host's: at one moment it
 * showed no more than this.
 *
 * @param at the moment, in milliseconds since the secondary's host was booted
 * @param clock what the primary host's clock showed then, at most
 */
public record ClockBound(long at, Instant clock) {
  /** Checks its parts. */
  public ClockBound {
    Objects.requireNonNull(clock, "clock is null");
  }
}
