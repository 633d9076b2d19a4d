package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonValue;

/** What a worker is doing, spelled as GlusterFS administrators know it. */
public enum WorkerState {
  NOT_STARTED("Not Started"),
  INITIALIZING("Initializing"),
  ACTIVE("Active"),
  PASSIVE("Passive"),
  FAULTY("Faulty"),
  STOPPED("Stopped"),
  PAUSED("Paused");

  private final String text;

  WorkerState(String text) {
    this.text = text;
  }

  /** Returns the spelling used in status files and on screens. */
  @JsonValue
  public String text() {
    return text;
  }
}
