package org.georep.replicator.session;

import java.util.Locale;

/** Which data engine a session uses. */
public enum EngineChoice {
  /** Per file, by size and by what the secondary has. */
  AUTO,
  RSYNC,
  TARSSH,
  STREAM;

  /** Returns the word used on the command line and in session.yaml. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
