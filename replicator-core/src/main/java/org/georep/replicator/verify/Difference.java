package org.georep.replicator.verify;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.georep.name.EntryPath;
import org.georep.protocol.Trait;

/**
 * A difference that stands.
 *
 * @param path below both roots
 * @param traits in what it differs
 * @param mended whether it was mended, if that was asked for
 */
public record Difference(EntryPath path, List<Trait> traits, Optional<Boolean> mended) {
  /** Checks its parts. */
  public Difference {
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(mended, "mended is null");
    traits = List.copyOf(traits);
  }

  /** Returns a line for people. */
  @Override
  public String toString() {
    return path
        + ": "
        + traits.stream().map(Trait::toString).collect(Collectors.joining(", "))
        + mended.map(done -> done ? " (mended)" : " (not mended)").orElse("");
  }
}
