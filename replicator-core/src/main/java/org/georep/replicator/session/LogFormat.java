package org.georep.replicator.session;

import java.util.Locale;

/** How a line of a log is written. */
public enum LogFormat {
  /** {@code key=value}, one after the other. */
  TEXT,
  /** A JSON object. */
  JSON;

  /**
   * Parses what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is none; the message says which there are
   */
  public static LogFormat parse(String text) {
    for (LogFormat format : values()) {
      if (format.toString().equals(text)) {
        return format;
      }
    }
    throw new IllegalArgumentException("'" + text + "' is none of text, json");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
