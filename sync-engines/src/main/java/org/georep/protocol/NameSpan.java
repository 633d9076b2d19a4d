package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.FileName;

/**
 * The names of a directory from one to another, in ascending order of their bytes: so a directory
 * of any size is compared in parts, and nothing has to be remembered between them.
 *
 * @param after names above this one; empty: from the first
 * @param upTo names up to this one, itself included; empty: to the last
 */
@Immutable
public record NameSpan(Optional<FileName> after, Optional<FileName> upTo) {
  /** All names. */
  public static final NameSpan ALL = new NameSpan(Optional.empty(), Optional.empty());

  /** Checks its parts. */
  public NameSpan {
    Objects.requireNonNull(after, "after is null");
    Objects.requireNonNull(upTo, "upTo is null");
  }

  /** Returns whether it begins with the first name. */
  public boolean isFirst() {
    return after.isEmpty();
  }

  /** Returns whether a name is in it. */
  public boolean contains(FileName name) {
    return (after.isEmpty() || name.compareTo(after.get()) > 0)
        && (upTo.isEmpty() || name.compareTo(upTo.get()) <= 0);
  }
}
