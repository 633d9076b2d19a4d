package org.georep.replicator.lease;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.protocol.Candidate;
import org.georep.replicator.failover.Origins;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.volume.VolumeWitness;

/**
 * What this process is in a pair.
 *
 * @param member its id, made anew with each process: a copy of a state directory is another member
 * @param host where it runs
 * @param length the length of its lease
 * @param witness by which members know that they look at one file system
 */
public record Membership(UUID member, String host, Duration length, Gfid witness) {
  /** Checks its parts. */
  public Membership {
    Objects.requireNonNull(member, "member is null");
    Objects.requireNonNull(host, "host is null");
    Objects.requireNonNull(length, "length is null");
    Objects.requireNonNull(witness, "witness is null");
  }

  /** Returns what this process is for a session; nothing if that has no lease. */
  public static Optional<Membership> of(Libc libc, SessionConfiguration session)
      throws IOException {
    Duration length = session.settings().lease();
    return length.isZero()
        ? Optional.empty()
        : Optional.of(
            new Membership(
                UUID.randomUUID(),
                Origins.host(),
                length,
                VolumeWitness.of(libc, RawPath.toBytes(session.primary()))));
  }

  /** Returns it as one that asks for the lease. */
  public Candidate candidate(UUID session, VolumeId volume, long epoch, String primary) {
    return new Candidate(session, volume, epoch, primary, member, host, length, witness);
  }
}
