package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint: "everything that happened on the primary before its time is durable on the
 * secondary".
 *
 * @param label what its maker called it
 * @param time the moment it is about, by the primary's clock
 * @param standing what has become of it
 * @param completionTime when it was completed; null unless it is
 */
@JsonPropertyOrder({
  "label",
  "checkpoint_time",
  "state",
  "checkpoint_completed",
  "checkpoint_completion_time"
})
public record CheckpointReport(
    @JsonProperty("label") String label,
    @JsonProperty("checkpoint_time")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        Instant time,
    @JsonProperty("state") CheckpointStanding standing,
    @JsonProperty("checkpoint_completion_time")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant completionTime) {
  /** Checks its parts. */
  public CheckpointReport {
    Objects.requireNonNull(label, "label is null");
    Objects.requireNonNull(time, "time is null");
    Objects.requireNonNull(standing, "standing is null");
    if ((standing == CheckpointStanding.COMPLETED) != (completionTime != null)) {
      throw new IllegalArgumentException("a completion time belongs to what is completed");
    }
  }

  /** Returns whether it is completed, as GlusterFS administrators know it. */
  @JsonProperty(value = "checkpoint_completed", access = JsonProperty.Access.READ_ONLY)
  public CheckpointState completed() {
    return standing == CheckpointStanding.COMPLETED ? CheckpointState.YES : CheckpointState.NO;
  }
}
