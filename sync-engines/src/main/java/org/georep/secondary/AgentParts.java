package org.georep.secondary;

import java.util.ServiceLoader;

/**
 * What the process shell runs, found as services so that neither loads the other's classes, and the
 * shell none of either before it knows which is wanted.
 */
final class AgentParts {
  private AgentParts() {}

  static HandlerFactory tree() {
    return the(HandlerFactory.class);
  }

  static DataEnd data() {
    return the(DataEnd.class);
  }

  private static <T> T the(Class<T> type) {
    return ServiceLoader.load(type)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("this agent has no " + type.getSimpleName()));
  }
}
