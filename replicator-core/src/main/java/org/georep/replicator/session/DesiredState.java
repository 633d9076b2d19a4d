package org.georep.replicator.session;

import java.util.Arrays;
import java.util.Optional;

/** What somebody wants of a session, as it stands in {@code monitor.status}. */
public enum DesiredState {
  /** Never started. */
  CREATED("Created"),
  /** A worker is kept running. */
  STARTED("Started"),
  /** No worker runs; changes are captured. */
  PAUSED("Paused"),
  /** No worker runs; changes are captured unless that was given up, too. */
  STOPPED("Stopped");

  private final String text;

  DesiredState(String text) {
    this.text = text;
  }

  /** Returns the state of a spelling, if it is one. */
  public static Optional<DesiredState> of(String text) {
    return Arrays.stream(values()).filter(state -> state.text.equals(text)).findFirst();
  }

  /** Returns its spelling in files and on screens. */
  public String text() {
    return text;
  }
}
