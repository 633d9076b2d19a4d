package org.georep.protocol;

import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.georep.name.Gfid;

/**
 * Who has a secondary's lease, in one term of it.
 *
 * @param term its number: one more with every change of the holder
 * @param member the worker's process, by an id of its own
 * @param host where it runs
 * @param length after how long without a sign of life another may take it
 * @param witness the gfid of one file of its primary, by which two members know that they look at
 *     one file system
 */
public record LeaseHolder(long term, UUID member, String host, Duration length, Gfid witness) {
  /** The shortest lease. */
  public static final Duration SHORTEST = Duration.ofMillis(100);

  /** The longest lease. */
  public static final Duration LONGEST = Duration.ofHours(1);

  /** Checks its parts. */
  public LeaseHolder {
    Objects.requireNonNull(member, "member is null");
    Objects.requireNonNull(host, "host is null");
    Objects.requireNonNull(witness, "witness is null");
    if (length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a lease is from 100 ms to an hour, not " + length);
    }
  }

  /** Returns it for people. */
  public String shown() {
    return host + ", term " + term;
  }
}
