package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonValue;

/** What has become of a checkpoint. */
public enum CheckpointStanding {
  /** Something that happened before it is not yet durable on the secondary, or may not be. */
  NOT_REACHED("not reached yet"),
  /** Everything that happened before it is durable on the secondary. */
  COMPLETED("completed"),
  /** What it was measured by was reset since: nothing can be said of it any more. */
  INVALID("is invalid"),
  /** It was completed; then the secondary went back to a time before it. */
  TAKEN_BACK("taken back");

  private final String text;

  CheckpointStanding(String text) {
    this.text = text;
  }

  /** Returns the spelling used in JSON. */
  @JsonValue
  public String text() {
    return text;
  }
}
