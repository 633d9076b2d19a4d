package org.georep.protocol;

import java.io.IOException;

/**
 * Bytes that are no frame or no message of this protocol, or a message too large for a frame. The
 * connection they came over is of no further use.
 */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one with a sentence for people. */
  public ProtocolException(String sentence) {
    super(sentence);
  }

  /** Makes one with a cause. */
  public ProtocolException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
