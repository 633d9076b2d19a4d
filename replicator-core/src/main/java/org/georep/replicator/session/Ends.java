package org.georep.replicator.session;

import java.nio.file.Path;
import java.util.Objects;
import org.georep.connection.SecondaryAddress;

/**
 * Both ends of a session, as they were found.
 *
 * @param primary the primary's real path
 * @param secondary where the copy is; a local one by its real path as far as it is there
 */
public record Ends(Path primary, SecondaryAddress secondary) {
  /** Checks its parts. */
  public Ends {
    Objects.requireNonNull(primary, "primary is null");
    Objects.requireNonNull(secondary, "secondary is null");
  }
}
