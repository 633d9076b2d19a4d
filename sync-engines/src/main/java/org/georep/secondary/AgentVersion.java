package org.georep.secondary;

import java.util.Objects;

/** Which build this agent is. */
public final class AgentVersion {
  /** The version in the agent's jar, or {@code development} when it runs from class files. */
  public static final String VERSION =
      Objects.requireNonNullElse(
          AgentVersion.class.getPackage().getImplementationVersion(), "development");

  private AgentVersion() {}
}
