package org.georep.engine;

import java.util.Objects;

/** How a {@link FileJob} ended. Every job ends exactly once. */
public sealed interface Outcome {
  /** The contents are published on the secondary; durable after the next barrier. */
  record Published(long bytes) implements Outcome {}

  /** Compared and found equal; nothing was sent. */
  record Equal() implements Outcome {}

  /** The file is gone on the primary, or no name on the secondary wants it any more. */
  record Gone() implements Outcome {}

  /** The file changed while it was read: it is dirty again. */
  record Changed() implements Outcome {}

  /** It failed for a reason that will pass (link lost, no space, busy): to be tried again. */
  record Retry(int errno, String reason) implements Outcome {
    /** Checks its parts. */
    public Retry {
      Objects.requireNonNull(reason, "reason is null");
    }

    /** Makes one of which no error number is known. */
    public Retry(String reason) {
      this(0, reason);
    }
  }

  /** It failed for a reason of its own (unreadable, refused there): for quarantine. */
  record Failed(int errno, String reason) implements Outcome {
    /** Checks its part. */
    public Failed {
      Objects.requireNonNull(reason, "reason is null");
    }
  }
}
