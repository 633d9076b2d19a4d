package org.georep.secondary.identity;

import com.google.errorprone.annotations.Immutable;
import java.util.Objects;
import org.georep.protocol.Kind;

/**
 * What an empty regular file stands in for: a device node, which only root may make.
 *
 * @param kind what the primary has
 * @param rdev its device number
 */
@Immutable
public record StandIn(Kind kind, long rdev) {
  /** Checks its part. */
  public StandIn {
    Objects.requireNonNull(kind, "kind is null");
  }
}
