package org.georep.replicator.session;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.connection.SecondaryAddress;
import org.georep.name.Shown;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;

/**
 * Finds the session that {@code georep replicate} means, or describes a new one. Looks at both ends
 * first; writes nothing.
 */
public final class SessionPreparation {
  private final Libc libc;
  private final StateDirectory state;

  /** Makes one for the sessions of a state directory. */
  public SessionPreparation(Libc libc, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /**
   * Returns the session of these ends: the one that ran before, with the settings given now, or a
   * new one. What of the settings no option says is as that session recorded it.
   *
   * @param name the session's name; made from both ends if none is given
   * @param primary as given
   * @param secondary as given
   * @param settings as given
   * @throws GeorepException if an end is not fit, or the name is another session's
   */
  public SessionConfiguration prepare(
      Optional<SessionName> name, byte[] primary, byte[] secondary, Settings settings)
      throws GeorepException, IOException {
    Ends ends = new EndsCheck(libc).check(primary, address(secondary), state);
    SessionName named =
        name.orElseGet(
            () -> SessionName.between(RawPath.toBytes(ends.primary()), ends.secondary()));
    SessionConfiguration fresh =
        new SessionConfiguration(
            UUID.randomUUID(), named, ends.primary(), ends.secondary(), settings);
    SessionDirectory session = state.session(named);
    Optional<SessionConfiguration> before = new SessionFile(libc, session.yaml()).read();
    if (before.isEmpty()) {
      // The secondary knows the session that was deleted; created again it goes on.
      Optional<SessionConfiguration> deleted = new SessionFile(libc, session.deleted()).read();
      return deleted.filter(fresh::sameEnds).map(old -> old.with(settings)).orElse(fresh);
    }
    if (!before.get().sameEnds(fresh)) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The session '"
              + named
              + "' replicates "
              + Shown.of(RawPath.toBytes(before.get().primary()))
              + " to "
              + before.get().secondary().describe()
              + ". Give this one another --name.");
    }
    return before.get().with(kept(settings, before.get()));
  }

  /** What no option says is as it was recorded. */
  private static Settings kept(Settings settings, SessionConfiguration before) {
    return settings.toBuilder()
        .lease(before.settings().lease())
        .journalLimit(before.settings().journalLimit())
        .logFormat(before.settings().logFormat())
        .build();
  }

  /**
   * Returns a session that ran before, with another address of its secondary. Whether that is the
   * one it was, only the secondary can tell; it is asked before anything is changed.
   *
   * @param primary as given
   * @param secondary as given
   * @param settings as given
   * @throws GeorepException if an end is not fit, the session replicates something else, or there
   *     is none
   */
  public SessionConfiguration readdress(
      SessionName name, byte[] primary, byte[] secondary, Settings settings)
      throws GeorepException, IOException {
    Ends ends = new EndsCheck(libc).check(primary, address(secondary), state);
    SessionConfiguration before =
        new SessionFile(libc, state.session(name).yaml())
            .read()
            .orElseThrow(
                () ->
                    new GeorepException(
                        ExitCode.NO_SUCH_SESSION, "There is no session '" + name + "' yet."));
    if (!before.primary().equals(ends.primary())) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The session '"
              + name
              + "' replicates "
              + Shown.of(RawPath.toBytes(before.primary()))
              + " and not "
              + Shown.of(RawPath.toBytes(ends.primary()))
              + ". If it is not needed any more, run: georep session delete "
              + name
              + ". Then run this again.");
    }
    return new SessionConfiguration(
        before.id(), name, ends.primary(), ends.secondary(), kept(settings, before));
  }

  private static SecondaryAddress address(byte[] secondary) throws GeorepException {
    try {
      return SecondaryAddress.parse(secondary);
    } catch (IllegalArgumentException e) {
      throw new GeorepException(
          ExitCode.ERROR, "The secondary is not understood: " + e.getMessage() + ".", e);
    }
  }
}
