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
    Settings kept =
        settings.toBuilder()
            .lease(before.get().settings().lease())
            .journalLimit(before.get().settings().journalLimit())
            .logFormat(before.get().settings().logFormat())
            .build();
    return before.get().with(kept);
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
