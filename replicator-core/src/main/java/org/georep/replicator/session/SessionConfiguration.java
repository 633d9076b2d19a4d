package org.georep.replicator.session;

import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.georep.connection.SecondaryAddress;
import org.georep.posix.RawPath;

/**
 * A session: which primary goes to which secondary, and how. Lasts from run to run in {@code
 * session.yaml}, see {@link SessionFile}.
 *
 * @param id given once; the secondary knows whose it is by it
 * @param name what people call it
 * @param primary the primary's real path, absolute
 * @param secondary where the copy is
 * @param settings everything that can be changed
 */
public record SessionConfiguration(
    UUID id, SessionName name, Path primary, SecondaryAddress secondary, Settings settings) {
  /** Checks its parts. */
  public SessionConfiguration {
    Objects.requireNonNull(id, "id is null");
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(secondary, "secondary is null");
    Objects.requireNonNull(settings, "settings is null");
    if (!primary.isAbsolute()) {
      throw new IllegalArgumentException("the primary's path is not absolute");
    }
  }

  /** Returns the primary's path as a file name, see {@link VolumeName}. */
  public String volume() {
    return VolumeName.of(RawPath.toBytes(primary));
  }

  /** Returns the same session with other settings. */
  public SessionConfiguration with(Settings other) {
    return new SessionConfiguration(id, name, primary, secondary, other);
  }

  /** Returns whether both ends are the same as another's. */
  public boolean sameEnds(SessionConfiguration other) {
    return primary.equals(other.primary) && secondary.equals(other.secondary);
  }
}
