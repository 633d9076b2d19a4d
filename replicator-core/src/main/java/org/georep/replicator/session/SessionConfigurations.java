package org.georep.replicator.session;

import java.io.IOException;
import org.georep.posix.Libc;

/** Reads sessions by name. */
public final class SessionConfigurations {
  private SessionConfigurations() {}

  /**
   * Returns a session's configuration.
   *
   * @throws GeorepException if there is no session of the name, or its configuration is wrong
   */
  public static SessionConfiguration read(Libc libc, StateDirectory state, SessionName name)
      throws GeorepException, IOException {
    SessionDirectory session = state.existing(name);
    return new SessionFile(libc, session.yaml())
        .read()
        .orElseThrow(
            () ->
                new GeorepException(
                    ExitCode.NO_SUCH_SESSION, "The session '" + name + "' was deleted just now."));
  }
}
