package org.georep.replicator.stime;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.changelog.journal.JournalPosition;

/**
 * How far the secondary is in step, as of the last barrier.
 *
 * @param stime everything that happened on the primary before it is durable on the secondary; empty
 *     before the first full crawl
 * @param position where the journal is read on from; empty if there is no journal
 * @param capture the run of capture the position belongs to: another one means a gap
 */
public record SyncState(
    Optional<Instant> stime, Optional<JournalPosition> position, Optional<UUID> capture) {
  /** Nothing is known to be in step. */
  public static final SyncState NONE =
      new SyncState(Optional.empty(), Optional.empty(), Optional.empty());

  /** Checks its parts. */
  public SyncState {
    Objects.requireNonNull(stime, "stime is null");
    Objects.requireNonNull(position, "position is null");
    Objects.requireNonNull(capture, "capture is null");
  }

  /**
   * Returns the stime of a barrier, if it moves. When only the position moves, stime moves by one
   * nanosecond, far less than a mark's margin: no two states have one stime, so that a secondary
   * restored to what it was between them is known by it, also while stime is held back.
   *
   * @param mark what the barrier covers, empty if that is not known
   */
  public Optional<Instant> moved(Optional<Instant> mark, boolean positionMoves) {
    Optional<Instant> later =
        mark.filter(moment -> stime.isEmpty() || stime.get().isBefore(moment));
    return later.isPresent() || !positionMoves ? later : stime.map(moment -> moment.plusNanos(1));
  }

  /**
   * Returns this state as far as the secondary confirms it: where the secondary's stime is lower,
   * or missing, it was restored to an older state, or made anew, and neither our stime nor our
   * position holds.
   */
  public SyncState confirmedBy(Optional<Instant> secondary) {
    if (stime.isEmpty()) {
      return NONE;
    }
    if (secondary.isEmpty()) {
      return NONE;
    }
    return secondary.get().isBefore(stime.get())
        ? new SyncState(secondary, Optional.empty(), Optional.empty())
        : this;
  }
}
