package org.georep.replicator.inspect;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineSelection;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.worker.ControlClient;

/**
 * What people do with a quarantine: in the process that holds the session, or here if none does.
 */
public final class QuarantineVerbs {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Libc libc;
  private final Clock clock;
  private final SessionDirectory session;

  /** Makes it for one session. */
  public QuarantineVerbs(Libc libc, Clock clock, SessionDirectory session) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.session = Objects.requireNonNull(session, "session is null");
  }

  /** Returns whether a process works for the session. Without one nothing is tried. */
  public boolean isRunning() throws IOException {
    return SessionLock.holder(libc, session).isPresent();
  }

  /**
   * Has entries tried now, by the process that runs.
   *
   * @return how many
   * @throws IOException if none runs, or does not answer
   */
  public int retry(QuarantineSelection which) throws IOException {
    return ask("quarantine-retry", which);
  }

  /**
   * Lets entries go although they were not applied.
   *
   * @return how many
   */
  public int drop(QuarantineSelection which) throws GeorepException, IOException {
    if (isRunning()) {
      return ask("quarantine-drop", which);
    }
    try (SessionLock lock = SessionLock.take(libc, session);
        Quarantine quarantine =
            Quarantine.open(libc, session.quarantine(), clock, Quarantine.DEFAULT_CAPACITY)) {
      Objects.requireNonNull(lock);
      return quarantine.drop(which);
    }
  }

  private int ask(String operation, QuarantineSelection which) throws IOException {
    return new ControlClient(libc, session.control(), PATIENCE)
        .ask(which.toRequest(operation))
        .path("entries")
        .asInt();
  }
}
