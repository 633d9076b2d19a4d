package org.georep.replicator.volume;

import java.io.IOException;

/** A crawl would delete more than anybody does by the way. The message says the next safe step. */
public final class MassDeleteException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one with a sentence for people. */
  public MassDeleteException(String sentence) {
    super(sentence);
  }
}
