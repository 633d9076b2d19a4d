package org.georep.protocol;

import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;

/**
 * A worker of a pair that would be Active.
 *
 * @param session whose secondary it has to be
 * @param volume the primary's volume
 * @param epoch as in {@link Request.Hello}
 * @param primary how people call the primary, for messages
 * @param member the worker's process, by an id of its own
 * @param host where it runs
 * @param length as in {@link LeaseHolder}
 * @param witness as in {@link LeaseHolder}
 */
public record Candidate(
    UUID session,
    VolumeId volume,
    long epoch,
    String primary,
    UUID member,
    String host,
    Duration length,
    Gfid witness) {
  /** Checks its parts. */
  public Candidate {
    Objects.requireNonNull(session, "session is null");
    Objects.requireNonNull(volume, "volume is null");
    Objects.requireNonNull(primary, "primary is null");
    holder(0, member, host, length, witness);
  }

  /** Returns it as the holder of a term. */
  public LeaseHolder inTerm(long term) {
    return holder(term, member, host, length, witness);
  }

  private static LeaseHolder holder(
      long term, UUID member, String host, Duration length, Gfid witness) {
    return new LeaseHolder(term, member, host, length, witness);
  }
}
