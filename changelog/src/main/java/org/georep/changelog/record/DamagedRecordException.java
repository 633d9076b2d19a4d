package org.georep.changelog.record;

import java.io.IOException;

/** Bytes that are no whole record: cut off, changed, or of a version this program does not know. */
public final class DamagedRecordException extends IOException {
  private static final long serialVersionUID = 1;

  private final int newer;

  /** Says what is wrong, as a sentence without a full stop. */
  public DamagedRecordException(String message) {
    this(message, 0);
  }

  DamagedRecordException(String message, int newer) {
    super(message);
    this.newer = newer;
  }

  /** Returns the version it is of where that is a later one and it is whole, else 0. */
  public int newerVersion() {
    return newer;
  }
}
