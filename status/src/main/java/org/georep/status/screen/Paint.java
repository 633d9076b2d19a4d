package org.georep.status.screen;

import org.georep.status.report.WorkerState;
import org.jspecify.annotations.Nullable;

/** Colours: ANSI on a terminal, nothing elsewhere. */
public enum Paint {
  /** Plain text. */
  PLAIN,
  /** ANSI colours. */
  ANSI;

  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String RED = "\u001b[31m";
  private static final String BOLD = "\u001b[1m";
  private static final String OFF = "\u001b[0m";

  String heading(String text) {
    return wrap(BOLD, text);
  }

  String state(@Nullable WorkerState state, String text) {
    if (state == null) {
      return text;
    }
    return switch (state) {
      case ACTIVE, PASSIVE -> wrap(GREEN, text);
      case FAULTY -> wrap(RED, text);
      case INITIALIZING, PAUSED, STOPPED -> wrap(YELLOW, text);
      case NOT_STARTED -> text;
    };
  }

  String warning(String text) {
    return wrap(YELLOW, text);
  }

  private String wrap(String code, String text) {
    return this == ANSI ? code + text + OFF : text;
  }
}
