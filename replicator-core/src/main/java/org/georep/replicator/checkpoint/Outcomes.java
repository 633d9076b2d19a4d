package org.georep.replicator.checkpoint;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What has become of all checkpoints of a volume.
 *
 * @param byId outcomes by {@link Checkpoint#id}
 * @param reset since when there is no stime, if it was there before and is not yet there again:
 *     checkpoints set since were never measured by the old one
 */
record Outcomes(Map<String, Outcome> byId, Optional<Instant> reset) {
  static final Outcomes NONE = new Outcomes(Map.of(), Optional.empty());

  Outcomes {
    byId = Map.copyOf(byId);
    Objects.requireNonNull(reset, "reset is null");
  }
}
