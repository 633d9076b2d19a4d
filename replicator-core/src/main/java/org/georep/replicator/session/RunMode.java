package org.georep.replicator.session;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * How one run goes; not kept in the session.
 *
 * @param once stop when in step
 * @param dryRun say what would be done and change nothing
 * @param turns stop after so many rounds that had something to do, 1 or more; a round goes from the
 *     first change until the secondary is in step again
 * @param adopt take over a secondary that already holds data
 * @param adoptChecksum and compare contents when doing so
 * @param acceptDeletes delete on the secondary whatever a crawl does not find any more, however
 *     much
 * @param waitForSecondary do not give up when the secondary cannot be reached at the start
 */
public record RunMode(
    boolean once,
    boolean dryRun,
    OptionalInt turns,
    boolean adopt,
    boolean adoptChecksum,
    boolean acceptDeletes,
    boolean waitForSecondary) {
  /** Goes on until it is stopped. */
  public static final RunMode CONTINUOUS =
      new RunMode(false, false, OptionalInt.empty(), false, false, false, false);

  /** Checks its parts. */
  public RunMode {
    Objects.requireNonNull(turns, "turns is null");
    if (turns.isPresent() && turns.getAsInt() < 1) {
      throw new IllegalArgumentException("--turns is 1 or more, not " + turns.getAsInt());
    }
    if (adoptChecksum && !adopt) {
      throw new IllegalArgumentException("--checksum only goes with --adopt");
    }
  }

  /** Returns whether the run ends by itself. */
  public boolean ends() {
    return once || dryRun || turns.isPresent();
  }
}
