package org.georep.protocol;

import java.util.Arrays;
import java.util.Objects;

/**
 * How a primary is found again once its secondary was promoted.
 *
 * @param session the session's name
 * @param host the name of the primary's host; empty if both are on one
 * @param path the primary's directory there
 */
public record Origin(String session, String host, byte[] path) {
  /** Checks its parts. */
  public Origin {
    Objects.requireNonNull(session, "session is null");
    Objects.requireNonNull(host, "host is null");
    Objects.requireNonNull(path, "path is null");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Origin origin
        && session.equals(origin.session)
        && host.equals(origin.host)
        && Arrays.equals(path, origin.path);
  }

  @Override
  public int hashCode() {
    return Objects.hash(session, host, Arrays.hashCode(path));
  }
}
