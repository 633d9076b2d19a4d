package org.georep.engine;

/** Which engine the operator asked for. */
public enum EngineChoice {
  /** Per file, by its size and by what the secondary has. */
  AUTO,
  /** rsync wherever it can carry the file. */
  RSYNC,
  /** tar for every file. */
  TARSSH
}
