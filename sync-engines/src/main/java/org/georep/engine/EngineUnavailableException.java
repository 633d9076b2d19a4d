package org.georep.engine;

import java.io.IOException;

/** The engine asked for cannot work here. The message is a sentence that says what to do next. */
public final class EngineUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one with a sentence for people. */
  public EngineUnavailableException(String sentence) {
    super(sentence);
  }
}
