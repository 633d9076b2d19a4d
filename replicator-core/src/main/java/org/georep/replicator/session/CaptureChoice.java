package org.georep.replicator.session;

import java.util.Locale;

/** Which source of changes a session uses. */
public enum CaptureChoice {
  /** The best one that works here. */
  AUTO,
  FANOTIFY,
  INOTIFY,
  /** Crawls only. */
  NONE;

  /** Returns the word used on the command line and in session.yaml. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
