package org.georep.name;

import com.google.errorprone.annotations.Immutable;
import java.util.Objects;
import java.util.UUID;

/**
 * Which volume a root is: given once, kept under {@code .georep/} on both roots, so that a swapped
 * or emptied root is noticed.
 */
@Immutable
public record VolumeId(UUID value) {
  /** Checks its part. */
  public VolumeId {
    Objects.requireNonNull(value, "value is null");
  }

  /** Makes one that never was. */
  public static VolumeId fresh() {
    return new VolumeId(UUID.randomUUID());
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
