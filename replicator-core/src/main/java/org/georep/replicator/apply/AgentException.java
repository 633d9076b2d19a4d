package org.georep.replicator.apply;

import java.io.IOException;

/** The agent could not carry out a request as a whole: its disk, its root or its state failed it. */
public final class AgentException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /** Makes one of what the agent said. */
  public AgentException(int errno, String sentence) {
    super("the secondary failed: " + sentence);
    this.errno = errno;
  }

  /** Returns the error number there, 0 if there was none. */
  public int errno() {
    return errno;
  }
}
