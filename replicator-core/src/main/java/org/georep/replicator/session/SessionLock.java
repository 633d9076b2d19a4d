package org.georep.replicator.session;

import java.io.IOException;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;

/** Keeps a session to one process: {@link ProcessLock} on {@code STATE/SESSION/lock}. */
public final class SessionLock implements AutoCloseable {
  private final ProcessLock lock;

  private SessionLock(ProcessLock lock) {
    this.lock = lock;
  }

  /**
   * Takes the lock.
   *
   * @throws GeorepException with {@link ExitCode#HELD} if another process, or another part of this
   *     one, has it
   */
  public static SessionLock take(Libc libc, SessionDirectory session)
      throws GeorepException, IOException {
    Optional<ProcessLock> lock = ProcessLock.take(libc, session.lock());
    if (lock.isEmpty()) {
      throw held(session, ProcessLock.holder(libc, session.lock()));
    }
    return new SessionLock(lock.get());
  }

  /**
   * Returns which process holds a session's lock now, if any does; 0 if it has not said so yet.
   *
   * @throws IOException if it cannot be told
   */
  public static Optional<Long> holder(Libc libc, SessionDirectory session) throws IOException {
    return ProcessLock.holder(libc, session.lock());
  }

  private static GeorepException held(SessionDirectory session, Optional<Long> holder) {
    String who =
        holder.filter(pid -> pid > 0).map(pid -> "process " + pid).orElse("another process");
    return new GeorepException(
        ExitCode.HELD,
        "The session '"
            + session.name()
            + "' is held by "
            + who
            + ". See: georep status "
            + session.name()
            + "; stop that process (SIGTERM) or give this session another --name.");
  }

  /** Gives it back; silent when done already. */
  @Override
  public void close() throws PosixException {
    lock.close();
  }
}
