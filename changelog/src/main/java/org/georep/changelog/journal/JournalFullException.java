package org.georep.changelog.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The file system of the journal is full; nothing was appended, the journal is whole. */
public final class JournalFullException extends IOException {
  private static final long serialVersionUID = 1;

  JournalFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
