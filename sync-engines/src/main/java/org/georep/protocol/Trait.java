package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.util.Objects;

/**
 * One thing in which an entry differs.
 *
 * @param aspect which
 * @param primary what the primary has, for people; empty for nothing
 * @param secondary what the secondary has
 */
@Immutable
public record Trait(Aspect aspect, String primary, String secondary) {
  /** Checks its parts. */
  public Trait {
    Objects.requireNonNull(aspect, "aspect is null");
    Objects.requireNonNull(primary, "primary is null");
    Objects.requireNonNull(secondary, "secondary is null");
  }

  @Override
  public String toString() {
    if (primary.isEmpty() && secondary.isEmpty()) {
      return aspect.word();
    }
    if (aspect == Aspect.UNREADABLE) {
      return aspect.word() + " on the primary (" + primary + ")";
    }
    return aspect.word()
        + " "
        + (secondary.isEmpty() ? "none" : secondary)
        + " instead of "
        + (primary.isEmpty() ? "none" : primary);
  }
}
