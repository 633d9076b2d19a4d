package org.georep.replicator.quarantine;

import java.io.IOException;

/**
 * There is no room for one more entry: so many failures have one cause, and the session has to stop
 * rather than forget.
 */
public final class QuarantineFullException extends IOException {
  private static final long serialVersionUID = 1L;

  QuarantineFullException(int capacity) {
    super(
        "More than "
            + capacity
            + " entries could not be applied, probably all for one reason. See it with: georep"
            + " quarantine list; mend it, then start again.");
  }
}
