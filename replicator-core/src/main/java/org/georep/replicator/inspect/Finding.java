package org.georep.replicator.inspect;

import java.util.Objects;

/**
 * One thing the doctor looked at.
 *
 * @param level how well it is
 * @param subject what it is about, a word or two
 * @param sentence what was found, and if it is not well, what to do
 */
public record Finding(Level level, String subject, String sentence) {
  /** How well something is. */
  public enum Level {
    OK,
    /** georep works, but less well. */
    WARNING,
    /** georep does not work. */
    ERROR
  }

  /** Checks its parts. */
  public Finding {
    Objects.requireNonNull(level, "level is null");
    Objects.requireNonNull(subject, "subject is null");
    Objects.requireNonNull(sentence, "sentence is null");
  }

  static Finding ok(String subject, String sentence) {
    return new Finding(Level.OK, subject, sentence);
  }

  static Finding warning(String subject, String sentence) {
    return new Finding(Level.WARNING, subject, sentence);
  }

  static Finding error(String subject, String sentence) {
    return new Finding(Level.ERROR, subject, sentence);
  }
}
