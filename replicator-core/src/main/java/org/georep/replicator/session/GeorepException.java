package org.georep.replicator.session;

import java.util.Objects;

/**
 * A verb cannot go on. The message is one or two sentences for people that say what is wrong and
 * what to do next; the code is how the process ends.
 */
public final class GeorepException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode code;

  /** Makes one with a sentence for people. */
  public GeorepException(ExitCode code, String sentence) {
    super(Objects.requireNonNull(sentence, "sentence is null"));
    this.code = Objects.requireNonNull(code, "code is null");
  }

  /** Makes one with a cause, which is only shown in the log. */
  public GeorepException(ExitCode code, String sentence, Throwable cause) {
    super(Objects.requireNonNull(sentence, "sentence is null"), cause);
    this.code = Objects.requireNonNull(code, "code is null");
  }

  /** Returns how the process ends. */
  public ExitCode code() {
    return code;
  }
}
