package org.georep.protocol;

import java.util.List;
import java.util.Objects;
import org.georep.name.Gfid;

/**
 * All names of one directory, or a part of them: a large directory goes over in several parts, in
 * consecutive requests of one batch. Names the agent has and no part named are absent; that is
 * known with the last part only.
 *
 * @param directory the directory
 * @param wants its names, each once
 * @param first whether this part begins the listing
 * @param last whether this part ends it
 */
public record Listing(Gfid directory, List<Want> wants, boolean first, boolean last) {
  /** Checks its parts. */
  public Listing {
    Objects.requireNonNull(directory, "directory is null");
    wants = List.copyOf(wants);
  }
}
