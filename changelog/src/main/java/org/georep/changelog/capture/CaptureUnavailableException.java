package org.georep.changelog.capture;

import java.io.IOException;

/** This way of capture does not work here. The message says why, and what to use instead. */
public final class CaptureUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes the exception. */
  public CaptureUnavailableException(String message) {
    super(message);
  }

  /** Makes the exception with what the kernel said. */
  public CaptureUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
