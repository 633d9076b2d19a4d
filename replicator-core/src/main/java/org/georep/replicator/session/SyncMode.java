package org.georep.replicator.session;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.georep.protocol.Keeping;

/**
 * What replication takes the primary for. GlusterFS knows these as {@code special_sync_mode} and
 * {@code ignore_deletes}.
 */
public enum SyncMode {
  /** The whole truth: the secondary becomes as it is. */
  NORMAL(Keeping.NOTHING),
  /** A part of what the secondary has: what a change takes away goes, the rest stays. */
  PARTIAL(Keeping.UNSEEN),
  /**
   * What repairs the secondary: what both have is brought in step, nothing comes and nothing goes.
   */
  RECOVER(Keeping.ALL),
  /** The truth but for what is deleted: that stays. */
  IGNORE_DELETES(Keeping.DELETED);

  private final Keeping keeping;

  SyncMode(Keeping keeping) {
    this.keeping = Objects.requireNonNull(keeping, "keeping is null");
  }

  /** Returns what stays on the secondary although the primary does not have it. */
  public Keeping keeping() {
    return keeping;
  }

  /** Returns whether nothing is deleted for a crawl's sake, so that no brake has to watch it. */
  public boolean crawlsDeleteNothing() {
    return keeping.keepsUnseen();
  }

  /**
   * Returns whether all that stime covers is on the secondary, so that another mode can go on from
   * there without a crawl.
   */
  public boolean bringsAll() {
    return !keeping.addsNothing();
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no mode; names them
   */
  public static SyncMode parse(String word) {
    for (SyncMode mode : values()) {
      if (mode.toString().equals(word)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "'" + word + "' is no mode; there are " + Arrays.toString(values()));
  }

  /** Returns the mode of a session that is told to keep what is deleted. */
  SyncMode ignoringDeletes() {
    if (this != NORMAL && this != IGNORE_DELETES) {
      throw new IllegalArgumentException(
          "ignore-deletes is a mode of its own and does not go with the mode "
              + this
              + ", which says itself what stays on the secondary: give one of them");
    }
    return IGNORE_DELETES;
  }

  /**
   * Checks that a secondary may be taken over in this mode.
   *
   * @throws IllegalArgumentException if that makes no sense
   */
  public void checkAdopting() {
    if (this == RECOVER) {
      throw new IllegalArgumentException(
          "--adopt does not go with the mode recover, which touches nothing the secondary does not"
              + " know by identity: adopt in the mode normal, or in partial, and recover then");
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
