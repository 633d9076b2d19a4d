package org.georep.replicator.apply;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.georep.changelog.journal.JournalPosition;
import org.georep.name.Gfid;

/**
 * Which batches a barrier may claim, and for what.
 *
 * <ul>
 *   <li>Once no contents of a batch or of an earlier one are outstanding, the directories it listed
 *       are complete.
 *   <li>A batch is <em>settled</em> when, at its end or later, no directory was left to be listed:
 *       until then the secondary has directories whose names are missing. The position and mark of
 *       a batch count only when it is settled as well, and the contents up to the batch at whose
 *       end it was are in, for what was listed for its sake may have needed contents.
 *   <li>While a crawl that fills a gap runs, batches end with neither position nor mark: neither
 *       may pass the gap.
 *   <li>What limbo holds since a batch may go when a claimed mark is later than the end of that
 *       batch's look-ups: whatever they did not find has had its new name in the journal before the
 *       mark.
 *   <li>A batch is <em>covered</em> when a barrier that claimed all this for it was confirmed.
 * </ul>
 *
 * For one thread.
 */
public final class BatchLedger {
  private record Listed(long batch, List<Gfid> directories) {}

  /** What a batch covers; {@code settledBy} is the batch at whose end it was settled, 0 before. */
  private record Ack(
      long batch, Optional<Reached> reached, Optional<Instant> mark, long settledBy) {
    Ack settled(long by) {
      return new Ack(batch, reached, mark, by);
    }
  }

  /**
   * A place in the journal, together with the run of capture it belongs to: one without the other
   * would hide that another run has begun in between.
   */
  public record Reached(JournalPosition position, Optional<UUID> capture) {}

  private record Looked(long batch, Instant at) {}

  /**
   * What a barrier may claim.
   *
   * @param batch the last batch whose contents are all in
   * @param reached where the journal is read to; empty if it stays
   * @param mark the moment up to which the batches cover everything; empty if it stays
   * @param listed directories that are complete with this barrier
   */
  public record Claim(
      long batch, Optional<Reached> reached, Optional<Instant> mark, List<Gfid> listed) {
    /** Returns whether no directory becomes complete with it. */
    public boolean isHeartbeat() {
      return listed.isEmpty();
    }
  }

  private final Deque<Listed> listings = new ArrayDeque<>();
  private final Deque<Ack> unsettled = new ArrayDeque<>();
  private final Deque<Ack> acks = new ArrayDeque<>();
  private final Deque<Looked> looks = new ArrayDeque<>();
  private long settled;
  private long newest;
  private long claimed;
  private long covered;

  /** Records the end of a batch's look-ups and answers. Numbers go up. */
  public void add(
      long batch,
      Instant looked,
      Optional<Reached> reached,
      Optional<Instant> mark,
      Iterable<Gfid> listed) {
    List<Gfid> directories = new ArrayList<>();
    for (Gfid gfid : listed) {
      directories.add(gfid);
    }
    listings.add(new Listed(batch, directories));
    unsettled.add(new Ack(batch, reached, mark, 0));
    looks.add(new Looked(batch, looked));
    newest = batch;
  }

  /** No directory was left to be listed at the end of the newest batch. */
  public void settle() {
    settled = newest;
    acks.addAll(unsettled.stream().map(ack -> ack.settled(newest)).toList());
    unsettled.clear();
  }

  /** Returns the newest batch. */
  public long newest() {
    return newest;
  }

  /** Returns whether no directory is left to be listed. */
  public boolean isSettled() {
    return settled == newest;
  }

  /** Returns up to which batch a barrier made durable what was sent. */
  public long claimed() {
    return claimed;
  }

  /**
   * Returns what a barrier may claim when contents are in up to the given batch; nothing if that is
   * nothing new.
   */
  public Optional<Claim> claim(long contentsDone) {
    long upTo = Math.min(contentsDone, newest);
    List<Gfid> listed = new ArrayList<>();
    for (Listed batch : listings) {
      if (batch.batch() <= upTo) {
        listed.addAll(batch.directories());
      }
    }
    Optional<Reached> reached = Optional.empty();
    Optional<Instant> mark = Optional.empty();
    for (Ack ack : acks) {
      if (ack.settledBy() <= upTo) {
        reached = ack.reached().or(keep(reached));
        mark = ack.mark().or(keep(mark));
      }
    }
    boolean anythingNew = upTo > claimed || reached.isPresent() || mark.isPresent();
    return anythingNew ? Optional.of(new Claim(upTo, reached, mark, listed)) : Optional.empty();
  }

  private static <T> java.util.function.Supplier<Optional<T>> keep(Optional<T> former) {
    return () -> former;
  }

  /** A barrier made this claim durable. */
  public void claimed(Claim claim) {
    claimed = Math.max(claimed, claim.batch());
    while (!listings.isEmpty() && listings.element().batch() <= claim.batch()) {
      listings.remove();
    }
    while (!acks.isEmpty() && acks.element().settledBy() <= claim.batch()) {
      covered = acks.remove().batch();
    }
  }

  /**
   * Returns the last batch of which, and before which, everything is durable: what was sent, the
   * contents asked for, and all that was listed for its sake.
   */
  public long covered() {
    return covered;
  }

  /** Returns up to which batch detached items may go when a mark is claimed; -1 for none. */
  public long discardable(Instant mark, long upToBatch) {
    long upTo = -1;
    while (!looks.isEmpty()
        && looks.element().batch() <= upToBatch
        && looks.element().at().isBefore(mark)) {
      upTo = looks.remove().batch();
    }
    return upTo;
  }
}
