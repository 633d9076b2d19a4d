package org.georep.connection;

import java.io.IOException;
import org.georep.protocol.Reply;

/** The agent could not carry out a request; the link is alive. */
public final class RequestFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /** Makes one of the agent's reply. */
  public RequestFailedException(Reply.Failed failed) {
    super(failed.sentence());
    this.errno = failed.errno();
  }

  /** Returns the error number that caused it, 0 if none did. */
  public int errno() {
    return errno;
  }
}
