package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import java.util.Objects;

/**
 * Which contents a copy has: the primary's mtime and size when they were read. Not proof alone; a
 * dirty mark takes it away.
 */
@Immutable
public record Token(Instant mtime, long size) {
  /** Checks its part. */
  public Token {
    Objects.requireNonNull(mtime, "mtime is null");
  }
}
