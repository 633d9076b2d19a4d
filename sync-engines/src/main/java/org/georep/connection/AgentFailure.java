package org.georep.connection;

import org.georep.connection.ConnectionException.Reason;

/** What it means that the agent, or what should have started it, ended before it answered. */
final class AgentFailure {
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  /** The agent's, for a greeting it does not take. */
  private static final int NOT_UNDERSTOOD = 2;

  private AgentFailure() {}

  static ConnectionException of(int exit, String errors) {
    String tail = ErrorTail.of(errors);
    if (errors.contains("UnsupportedClassVersionError")) {
      return new ConnectionException(
          Reason.MISSING_PROGRAM,
          "the Java that starts the agent is too old; install Java "
              + Bootstrap.JAVA
              + " or newer");
    }
    if (exit == NOT_FOUND || exit == NOT_EXECUTABLE) {
      return new ConnectionException(
          Reason.MISSING_PROGRAM,
          "the agent's command is not found on the secondary's host; check --agent-command, or the"
              + " command in authorized_keys there"
              + tail);
    }
    if (exit == NOT_UNDERSTOOD && errors.contains("speaks protocol")) {
      return new ConnectionException(Reason.PROTOCOL, "no protocol in common" + tail);
    }
    return new ConnectionException(
        Reason.LOST, "the agent ended with code " + exit + " before it answered" + tail);
  }
}
