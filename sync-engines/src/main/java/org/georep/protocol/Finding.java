package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.FileName;

/**
 * A difference as the agent sees it. Two findings that are equal mean that nothing changed on the
 * secondary between them.
 *
 * @param name the name in the directory asked about; empty for the directory itself
 * @param traits in what it differs, at least one
 * @param ctime of what the secondary has there; empty if that is nothing
 * @param inode of what the secondary has there, 0 if that is nothing
 */
@Immutable
public record Finding(
    Optional<FileName> name,
    @SuppressWarnings("Immutable") List<Trait> traits,
    Optional<Instant> ctime,
    long inode) {
  /** Checks its parts. */
  public Finding {
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(ctime, "ctime is null");
    traits = List.copyOf(traits);
    if (traits.isEmpty()) {
      throw new IllegalArgumentException("a finding without a trait");
    }
  }

  /** Returns whether one of the traits is of this aspect. */
  public boolean has(Aspect aspect) {
    return traits.stream().anyMatch(trait -> trait.aspect() == aspect);
  }

  /** Returns it without the traits of one aspect; nothing if it has no others. */
  public Optional<Finding> without(Aspect aspect) {
    List<Trait> others = traits.stream().filter(trait -> trait.aspect() != aspect).toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(new Finding(name, others, ctime, inode));
  }

  /** Returns whether what belongs at the name is not there at all. */
  public boolean isAboutTheName() {
    return traits.stream().anyMatch(trait -> trait.aspect().isAboutTheName());
  }
}
