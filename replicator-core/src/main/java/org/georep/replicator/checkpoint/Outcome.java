package org.georep.replicator.checkpoint;

import java.time.Instant;
import java.util.Objects;
import org.georep.status.report.CheckpointStanding;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a checkpoint, and since when.
 *
 * @param standing anything but {@link CheckpointStanding#NOT_REACHED}, for which there is none
 * @param since when it came to that; of a completed one, the moment stime passed it
 */
record Outcome(CheckpointStanding standing, Instant since) {
  Outcome {
    Objects.requireNonNull(since, "since is null");
    if (standing == CheckpointStanding.NOT_REACHED) {
      throw new IllegalArgumentException("nothing has become of it yet");
    }
  }

  static boolean isCompleted(@Nullable Outcome outcome) {
    return outcome != null && outcome.standing() == CheckpointStanding.COMPLETED;
  }

  static boolean isInvalid(@Nullable Outcome outcome) {
    return outcome != null && outcome.standing() == CheckpointStanding.INVALID;
  }
}
