package org.georep.secondary;

import java.util.Objects;

/** Which build this agent is. */
final class AgentVersion {
  /** The version in the agent's jar, or {@code development} when it runs from class files. */
  static final String VERSION =
      Objects.requireNonNullElse(
          AgentVersion.class.getPackage().getImplementationVersion(), "development");

  private AgentVersion() {}
}
