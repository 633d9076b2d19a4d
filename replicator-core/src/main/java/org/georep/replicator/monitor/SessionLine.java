package org.georep.replicator.monitor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.name.Shown;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.replicator.session.DesiredStateFile;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;

/**
 * A session in the list of them.
 *
 * @param name its name
 * @param state Created, Started, Paused, Stopped; By hand where {@code georep replicate} runs it
 * @param pid the process that works for it, if one does
 * @param primary its primary, for people
 * @param secondary its secondary, for people
 * @param volume the primary's volume
 */
public record SessionLine(
    SessionName name,
    String state,
    Optional<Long> pid,
    String primary,
    String secondary,
    String volume) {
  private static final String BY_HAND = "By hand";

  /** Returns the sessions of a state directory, in the order of their names. */
  public static List<SessionLine> all(Libc libc, StateDirectory state)
      throws GeorepException, IOException {
    List<SessionLine> lines = new ArrayList<>();
    for (SessionDirectory session : state.sessions()) {
      Optional<SessionConfiguration> found = new SessionFile(libc, session.yaml()).read();
      if (found.isPresent()) {
        SessionConfiguration configuration = found.get();
        lines.add(
            new SessionLine(
                session.name(),
                new DesiredStateFile(libc, session).read().map(it -> it.text()).orElse(BY_HAND),
                SessionLock.holder(libc, session),
                Shown.of(RawPath.toBytes(configuration.primary())),
                configuration.secondary().describe(),
                configuration.volume()));
      }
    }
    return lines;
  }
}
