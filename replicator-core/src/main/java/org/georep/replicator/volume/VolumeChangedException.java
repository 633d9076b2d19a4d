package org.georep.replicator.volume;

import java.io.IOException;

/**
 * The primary is not the volume it was: nothing may be replicated from it. The message says the
 * next safe step.
 */
public final class VolumeChangedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one with a sentence for people. */
  public VolumeChangedException(String sentence) {
    super(sentence);
  }
}
