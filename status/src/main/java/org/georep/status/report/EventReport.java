package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a session. What does not belong to its kind is null.
 *
 * @param time when
 * @param event what
 * @param session the session's name
 * @param volume the primary's path as in the names of its files
 * @param message a sentence for people
 * @param checkpoint the checkpoint's label
 * @param checkpointTime the checkpoint's time
 * @param completionTime when it was completed
 * @param lagSeconds the lag, in seconds
 * @param lagThresholdSeconds what it is compared with, in seconds
 * @param quarantined entries in quarantine
 */
@JsonPropertyOrder({
  "time",
  "event",
  "session",
  "volume",
  "message",
  "checkpoint",
  "checkpoint_time",
  "checkpoint_completion_time",
  "lag_seconds",
  "lag_threshold_seconds",
  "quarantined"
})
@JsonIgnoreProperties(ignoreUnknown = true)
public record EventReport(
    @JsonProperty("time")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        Instant time,
    @JsonProperty("event") EventKind event,
    @JsonProperty("session") String session,
    @JsonProperty("volume") String volume,
    @JsonProperty("message") String message,
    @JsonProperty("checkpoint") @Nullable String checkpoint,
    @JsonProperty("checkpoint_time")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant checkpointTime,
    @JsonProperty("checkpoint_completion_time")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant completionTime,
    @JsonProperty("lag_seconds") @Nullable Double lagSeconds,
    @JsonProperty("lag_threshold_seconds") @Nullable Double lagThresholdSeconds,
    @JsonProperty("quarantined") @Nullable Long quarantined) {
  /** Checks its parts. */
  public EventReport {
    Objects.requireNonNull(time, "time is null");
    Objects.requireNonNull(event, "event is null");
    Objects.requireNonNull(session, "session is null");
    Objects.requireNonNull(volume, "volume is null");
    Objects.requireNonNull(message, "message is null");
  }

  /** Returns one that has nothing but a message. */
  public static EventReport of(
      Instant time, EventKind event, String session, String volume, String message) {
    return new EventReport(
        time, event, session, volume, message, null, null, null, null, null, null);
  }

  /** Returns the same about a checkpoint. */
  public EventReport about(CheckpointReport which) {
    return new EventReport(
        time,
        event,
        session,
        volume,
        message,
        which.label(),
        which.time(),
        which.completionTime(),
        lagSeconds,
        lagThresholdSeconds,
        quarantined);
  }

  /** Returns the same with a lag, and what it is compared with, both in seconds. */
  public EventReport withLag(double lag, double threshold) {
    return new EventReport(
        time,
        event,
        session,
        volume,
        message,
        checkpoint,
        checkpointTime,
        completionTime,
        lag,
        threshold,
        quarantined);
  }

  /** Returns the same with how many entries are in quarantine. */
  public EventReport withQuarantined(long entries) {
    return new EventReport(
        time,
        event,
        session,
        volume,
        message,
        checkpoint,
        checkpointTime,
        completionTime,
        lagSeconds,
        lagThresholdSeconds,
        entries);
  }
}
