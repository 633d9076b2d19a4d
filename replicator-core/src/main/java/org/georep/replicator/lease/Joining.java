package org.georep.replicator.lease;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.georep.name.Gfid;
import org.georep.name.Shown;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.protocol.LeaseHolder;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.failover.AgentCall;
import org.georep.replicator.failover.EpochFile;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.DesiredStateFile;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.volume.VolumeChangedException;
import org.georep.replicator.volume.VolumeMarker;
import org.georep.replicator.volume.VolumeWitness;

/**
 * Makes this host a member of a pair: whose secondary it is, and how long the lease, is learnt from
 * the secondary; that the primary here is the same file system is proved before. Changes nothing
 * but the state directory, and that last.
 */
public final class Joining {
  private final Libc libc;
  private final StateDirectory state;

  /** Makes it for a state directory. */
  public Joining(Libc libc, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /**
   * Joins.
   *
   * @param wanted the ends and the settings; the id and the lease are the pair's
   * @param told takes what was found, a line each
   * @throws GeorepException what is wrong and what to do
   */
  public void join(SessionConfiguration wanted, Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    SessionDirectory session = state.session(wanted.name());
    if (new SessionFile(libc, session.yaml()).read().isPresent()) {
      throw refused("There is a session '" + wanted.name() + "' already. Choose another name.");
    }
    Reply.Standing standing;
    try (AgentCall call = AgentCall.to(wanted)) {
      standing =
          call.ask(
              new Request.Stand(wanted.secondary().directory(), Optional.empty()),
              Reply.Standing.class);
    }
    UUID id =
        standing
            .session()
            .orElseThrow(
                () ->
                    refused(
                        wanted.secondary().describe()
                            + " is no session's secondary. Create the session without --join."));
    LeaseHolder holder =
        standing
            .holder()
            .orElseThrow(
                () ->
                    refused(
                        "The worker that replicates to "
                            + wanted.secondary().describe()
                            + " has no lease. On its host run: georep session config NAME lease 5s"
                            + " (without a monitor, begin georep replicate again); then run this"
                            + " again."));
    check(wanted, standing.volume().orElseThrow(), holder);
    told.accept("joins: the lease is that of " + holder.shown());
    session.make();
    if (standing.epoch() > 0) {
      new EpochFile(libc, session.epoch()).write(standing.epoch());
    }
    new DesiredStateFile(libc, session).write(DesiredState.CREATED);
    // Last: with it the session is there.
    new SessionFile(libc, session.yaml())
        .write(
            new SessionConfiguration(
                id,
                wanted.name(),
                wanted.primary(),
                wanted.secondary(),
                wanted.settings().toBuilder().lease(holder.length()).build()));
  }

  private void check(SessionConfiguration wanted, VolumeId volume, LeaseHolder holder)
      throws GeorepException, IOException {
    byte[] root = RawPath.toBytes(wanted.primary());
    Gfid witness;
    try {
      witness = VolumeWitness.of(libc, root);
      new VolumeMarker(libc, root).identify(Optional.of(volume));
    } catch (VolumeChangedException e) {
      throw new GeorepException(
          ExitCode.REFUSED,
          Shown.of(root)
              + " on this host is not the volume that "
              + holder.host()
              + " replicates to "
              + wanted.secondary().describe()
              + ". Give the directory of that volume.",
          e);
    }
    if (!witness.equals(holder.witness())) {
      throw refused(
          Shown.of(root)
              + " on this host is another file system than the one that "
              + holder.host()
              + " replicates, though a copy of it: the same files have other identities here, and"
              + " taking over would send everything anew. A pair needs one file system that both"
              + " hosts see.");
    }
  }

  private static GeorepException refused(String sentence) {
    return new GeorepException(ExitCode.REFUSED, sentence);
  }
}
