package org.georep.name;

import com.google.errorprone.annotations.Immutable;
import java.util.Objects;

/**
 * A name in a directory, the directory known by identity: what a change makes dirty and what a gfid
 * is found at.
 */
@Immutable
public record Place(Gfid directory, FileName name) {
  /** Checks its parts. */
  public Place {
    Objects.requireNonNull(directory, "directory is null");
    Objects.requireNonNull(name, "name is null");
  }

  @Override
  public String toString() {
    return directory + "/" + name;
  }
}
