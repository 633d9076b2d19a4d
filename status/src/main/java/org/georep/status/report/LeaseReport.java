package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * Which of a pair's workers has the lease of the secondary, and so is Active.
 *
 * @param holder the host it runs on
 * @param term which term of the lease it is: one more with every change of the holder
 */
public record LeaseReport(@JsonProperty("holder") String holder, @JsonProperty("term") long term) {
  /** Checks its part. */
  public LeaseReport {
    Objects.requireNonNull(holder, "holder is null");
  }
}
