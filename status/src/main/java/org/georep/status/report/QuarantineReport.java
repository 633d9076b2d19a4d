package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One entry in quarantine. Null where unknown.
 *
 * @param path where it was, as shown to people
 * @param pathBytes its bytes, base64
 * @param reason why it cannot be applied
 * @param first when it first failed
 * @param last when it last failed
 * @param tries how often it failed since then
 * @param next when it is tried again
 */
@JsonPropertyOrder({"path", "path_bytes", "reason", "first", "last", "tries", "next"})
public record QuarantineReport(
    @JsonProperty("path") @Nullable String path,
    @JsonProperty("path_bytes") @Nullable String pathBytes,
    @JsonProperty("reason") @Nullable String reason,
    @JsonProperty("first")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant first,
    @JsonProperty("last")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant last,
    @JsonProperty("tries") @Nullable Long tries,
    @JsonProperty("next")
        @JsonSerialize(using = EpochSeconds.Writer.class)
        @JsonDeserialize(using = EpochSeconds.Reader.class)
        @Nullable Instant next) {}
