package org.georep.changelog.journal;

import java.io.IOException;

/** Another writer holds the journal: capture for this volume runs already. */
public final class JournalHeldException extends IOException {
  private static final long serialVersionUID = 1;

  JournalHeldException(String message) {
    super(message);
  }
}
