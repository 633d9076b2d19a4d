package org.georep.changelog.record;

import java.io.IOException;

/** Bytes that are no whole record: cut off, changed, or of a version this program does not know. */
public final class DamagedRecordException extends IOException {
  private static final long serialVersionUID = 1;

  /** Says what is wrong, as a sentence without a full stop. */
  public DamagedRecordException(String message) {
    super(message);
  }
}
