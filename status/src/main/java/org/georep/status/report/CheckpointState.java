package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonValue;

/** Whether the checkpoint is completed, spelled as GlusterFS administrators know it. */
public enum CheckpointState {
  YES("Yes"),
  NO("No"),
  /** There is no checkpoint. */
  NONE("N/A");

  private final String text;

  CheckpointState(String text) {
    this.text = text;
  }

  /** Returns the spelling used in status files and on screens. */
  @JsonValue
  public String text() {
    return text;
  }
}
