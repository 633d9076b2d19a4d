package org.georep.replicator.quarantine;

import java.time.Instant;
import java.util.Objects;

/**
 * Something in quarantine.
 *
 * @param failure the last failed try
 * @param first when it first failed
 * @param last when it last failed
 * @param tries how often it failed since then, 1 or more
 * @param next when it is to be tried again
 */
public record QuarantineEntry(
    Failure failure, Instant first, Instant last, long tries, Instant next) {
  /** Checks its parts. */
  public QuarantineEntry {
    Objects.requireNonNull(failure, "failure is null");
    Objects.requireNonNull(first, "first is null");
    Objects.requireNonNull(last, "last is null");
    Objects.requireNonNull(next, "next is null");
    if (tries < 1) {
      throw new IllegalArgumentException("tries is 1 or more, not " + tries);
    }
  }
}
