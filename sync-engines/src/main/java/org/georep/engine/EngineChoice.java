package org.georep.engine;

/** Which engine the operator asked for. */
public enum EngineChoice {
  /**
   * The agent's own connection, and of large files the secondary has what differs; rsync for those
   * whose contents moved along.
   */
  AUTO,
  /** rsync wherever it can carry the file. */
  RSYNC,
  /** tar for every file. */
  TARSSH,
  /** The agent's own connection for every file. */
  STREAM
}
