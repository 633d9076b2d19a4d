package org.georep.replicator.checkpoint;

import java.time.Instant;
import java.util.Objects;
import org.georep.name.Shown;
import org.georep.replicator.session.ByteText;

/**
 * A checkpoint as it was set.
 *
 * @param id its own; in the order in which they were set
 * @param label what its maker calls it; several may have the same
 * @param target the moment it is about
 * @param indexed whether there was a stime when it was set: if there is none later, it was reset
 */
public record Checkpoint(String id, String label, Instant target, boolean indexed) {
  private static final int LONGEST_LABEL = 255;

  /** Checks its parts. */
  public Checkpoint {
    Objects.requireNonNull(id, "id is null");
    Objects.requireNonNull(target, "target is null");
    checkLabel(label);
  }

  /**
   * Checks a label: it stands in lines of text.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  public static void checkLabel(String label) {
    if (label.isBlank() || label.length() > LONGEST_LABEL) {
      throw new IllegalArgumentException(
          "a label has 1 to " + LONGEST_LABEL + " characters, and not only spaces");
    }
    byte[] bytes = ByteText.bytes(label);
    if (!Shown.of(bytes).replace("\\\\", "\\").equals(label)) {
      throw new IllegalArgumentException(
          "a label is text of one line without control characters, not '" + Shown.of(bytes) + "'");
    }
  }
}
