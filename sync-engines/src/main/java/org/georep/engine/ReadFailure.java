package org.georep.engine;

import java.io.IOException;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;

/** What an error at reading the primary means for the file. */
public final class ReadFailure {
  private ReadFailure() {}

  /** Returns the outcome: gone, a shortage that passes, or a failure of the file's own. */
  public static Outcome outcome(IOException e) {
    String reason = "cannot be read on the primary: " + e.getMessage();
    if (!(e instanceof PosixException posix)) {
      return new Outcome.Failed(0, reason);
    }
    if (posix.is(Errno.ENOENT, Errno.ESTALE)) {
      return new Outcome.Gone();
    }
    return posix.is(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.EAGAIN, Errno.EBUSY)
        ? new Outcome.Retry(posix.errno(), reason)
        : new Outcome.Failed(posix.errno(), reason);
  }
}
