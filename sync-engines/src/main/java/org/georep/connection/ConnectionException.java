package org.georep.connection;

import java.io.IOException;
import java.util.Objects;

/**
 * The secondary cannot be reached or its agent cannot be started. The message is a sentence that
 * says what to do next.
 */
public final class ConnectionException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong; decides the exit code and whether trying again can help. */
  public enum Reason {
    /** The host is unknown or does not answer. */
    UNREACHABLE,
    /** The key or user was not accepted. */
    AUTHENTICATION,
    /** The host's key is unknown or has changed. */
    HOST_KEY,
    /** No ssh here, no Java there, or too old a one. */
    MISSING_PROGRAM,
    /** sshd has no room for one more channel on this connection. */
    NO_MORE_CHANNELS,
    /** What answered is not an agent that speaks this protocol. */
    PROTOCOL,
    /** The link was lost or stalled. */
    LOST
  }

  private final Reason reason;

  /** Makes one with a sentence for people. */
  public ConnectionException(Reason reason, String sentence) {
    super(sentence);
    this.reason = Objects.requireNonNull(reason, "reason is null");
  }

  /** Makes one with a cause. */
  public ConnectionException(Reason reason, String sentence, Throwable cause) {
    super(sentence, cause);
    this.reason = Objects.requireNonNull(reason, "reason is null");
  }

  /** Returns what is wrong. */
  public Reason reason() {
    return reason;
  }
}
