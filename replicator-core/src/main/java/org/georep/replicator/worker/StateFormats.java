package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import org.georep.posix.Libc;
import org.georep.replicator.checkpoint.CheckpointDesk;
import org.georep.replicator.failover.EpochFile;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.verify.VerifyStateFile;

/**
 * Reads what is kept of a session once, before a run changes any of it: a file of a newer format
 * ends the run then, and not only when it comes to be needed, in a thread of its own.
 */
final class StateFormats {
  private StateFormats() {}

  /**
   * Looks at all of it.
   *
   * @throws org.georep.posix.NewerFormatException if a file is of a newer format than is read
   */
  static void check(Libc libc, SessionDirectory session, String volume, Clock clock)
      throws IOException {
    new VerifyStateFile(libc, session.verify(volume)).read();
    new EpochFile(libc, session.epoch()).read();
    new CheckpointDesk(libc, session, volume, clock).all(); // and with them stime
  }
}
