package org.georep.replicator.monitor;

import java.io.IOException;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.StateDirectory;

/** Why nobody works for a session that is started. */
public final class Absence {
  private Absence() {}

  /**
   * Returns a sentence, if one can be said: for a session that is started while nobody holds it.
   *
   * @param wanted what is wanted of it
   */
  public static Optional<String> reason(
      Libc libc, StateDirectory state, SessionDirectory session, Optional<DesiredState> wanted)
      throws IOException {
    if (!wanted.equals(Optional.of(DesiredState.STARTED))) {
      return Optional.empty();
    }
    if (Monitor.process(libc, state).isEmpty()) {
      return Optional.of("It is started, but no monitor runs here. Start it: georep monitor");
    }
    return Optional.of(LastWords.line(WorkerKeeper.errors(session)))
        .filter(words -> !words.isEmpty());
  }
}
