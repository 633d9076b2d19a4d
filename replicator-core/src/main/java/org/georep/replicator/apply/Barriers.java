package org.georep.replicator.apply;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.georep.connection.RequestFailedException;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.failpoint.ReplicatorFailpoint;
import org.georep.replicator.stime.SyncState;
import org.jspecify.annotations.Nullable;

/**
 * Barriers and stime. Order, and what a crash leaves: directories touched by publishing get their
 * attributes again; the agent makes everything durable, then moves its stime; then ours and the
 * journal's position are written here; then the journal may be trimmed. A crash between any two
 * leaves a lower stime or an older position somewhere, and so work done twice, never work left out.
 *
 * <p>One barrier is under way at a time, and the pipeline does not wait for it. Under load there is
 * about one a second; when it falls quiet one comes at once; while only heartbeats pass, one in a
 * few seconds. While entries are in quarantine stime stays where it was when the first of them came
 * there; when the last has left it, a barrier of its own moves stime to the last mark.
 *
 * <p>A secondary that cannot write now (full, over its quota, read-only) fails a barrier and not
 * the connection: nothing is claimed, the reason is to be seen, and the next barrier, a little
 * later, claims the same and more. For one thread.
 */
public final class Barriers {
  private static final Duration UNDER_LOAD = Duration.ofSeconds(1);
  private static final Duration HEARTBEAT = Duration.ofMillis(2500);

  /** After a barrier that failed. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private static final Set<Integer> CANNOT_WRITE = Set.of(Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS);

  private record UnderWay(
      BatchLedger.Claim claim, Optional<Instant> stime, CompletableFuture<Reply> reply) {}

  /**
   * Where positions and stimes go: the state file, and the journal, which trims behind the
   * position.
   */
  public interface States {
    /** Keeps a state durably. */
    void write(SyncState state) throws IOException;
  }

  /** Where goes what came of setting attributes again: before a barrier can claim it. */
  public interface Attention {
    /** Keeps failures durably. */
    void failed(List<Reply.Failure> failures) throws IOException;

    /**
     * Returns since when something has failed that is about to be tried again: what was detached
     * then, or later, may be wanted by it.
     */
    Optional<Instant> failing();

    /** Has names looked at again; {@link DataPhase#searched} is due when they were. */
    void astray(List<Place> names);
  }

  private final Agent agent;
  private final EntryPhase entries;
  private final DataPhase contents;
  private final BatchLedger ledger;
  private final States states;
  private final Attention attention;
  private final Supplier<Optional<Instant>> oldestFailure;
  private final Runnable wake;
  private final int mostFailures;
  private final Duration early;

  private SyncState state;
  private Optional<Instant> heartbeat = Optional.empty();
  private @Nullable UnderWay underWay;
  private long limbo;
  private Optional<Instant> held = Optional.empty();
  private boolean everSynced;
  private int failedInRow;
  private Optional<String> trouble = Optional.empty();
  private Optional<Duration> lastTook = Optional.empty();
  private boolean worked;
  private boolean deferred;
  private long lastWorked;
  private long lastNanos = System.nanoTime() - HEARTBEAT.toNanos();

  /**
   * Makes it, with the state the last run left.
   *
   * @param wake called, on any thread, when a barrier was answered
   * @param mostFailures how many barriers in a row may fail because the secondary cannot write
   * @param early by how much a mark's time is taken to be later for what limbo may lose
   */
  public Barriers(
      Agent agent,
      EntryPhase entries,
      DataPhase contents,
      BatchLedger ledger,
      States states,
      Attention attention,
      Supplier<Optional<Instant>> oldestFailure,
      SyncState start,
      Runnable wake,
      int mostFailures,
      Duration early) {
    this.agent = agent;
    this.entries = entries;
    this.contents = contents;
    this.ledger = ledger;
    this.states = states;
    this.attention = attention;
    this.oldestFailure = oldestFailure;
    this.state = start;
    this.wake = wake;
    this.mostFailures = mostFailures;
    this.early = early;
  }

  /**
   * Something was sent to the secondary for this batch: the next barrier is more than a heartbeat.
   */
  public void worked(long batch) {
    worked = true;
    lastWorked = batch;
  }

  /**
   * Takes the reply of the barrier under way, if it is there, and starts one if one is due.
   *
   * @param quiet whether the pipeline has nothing else to do
   * @param crawling whether a crawl runs: nothing leaves limbo meanwhile
   * @param crawlOnly whether there is no journal: what a crawl detached may go when it has ended
   * @return whether anything was done
   */
  public boolean advance(boolean quiet, boolean crawling, boolean crawlOnly, Instant now)
      throws IOException, InterruptedException {
    deferred = false;
    if (underWay != null) {
      if (!underWay.reply().isDone()) {
        return false;
      }
      complete(underWay);
      return true;
    }
    long since = System.nanoTime() - lastNanos;
    if (since < pause(quiet).toNanos()) {
      return false;
    }
    // Read before what was touched is: publishing reports it before it reports its files.
    long done = contents.doneUpTo(ledger.newest());
    List<Gfid> touched = contents.drainTouched();
    if (!touched.isEmpty()) {
      EntryPhase.Refreshed refreshed = entries.refresh(ledger.newest(), touched);
      attention.failed(refreshed.failures());
      ReplicatorFailpoint.BARRIER_REFRESHED.reached();
      if (!refreshed.astray().isEmpty()) {
        contents.missed(Math.min(done, ledger.newest()));
        attention.astray(refreshed.astray());
        return true;
      }
    }
    boolean released = isReleased();
    Optional<BatchLedger.Claim> claim =
        ledger.claim(done).or(() -> released ? Optional.of(again()) : Optional.empty());
    if (claim.isEmpty()) {
      return !touched.isEmpty();
    }
    boolean idle =
        quiet
            && !released
            && touched.isEmpty()
            && claim.get().isHeartbeat()
            && everSynced
            && heartbeat.isPresent()
            && limbo == 0
            && !worked;
    if (idle && since < HEARTBEAT.toNanos()) {
      deferred = true;
      return false;
    }
    start(claim.get(), crawling, crawlOnly);
    return true;
  }

  /** Returns whether there is something to claim that waits only because it can. */
  public boolean isDeferred() {
    return deferred;
  }

  /** Failures held stime back from a mark that was claimed, and nothing fails any more. */
  private boolean isReleased() {
    return held.isPresent()
        && heartbeat.isPresent()
        && state.stime().filter(heartbeat.get()::isAfter).isPresent()
        && oldestFailure.get().isEmpty();
  }

  /** Claims the last mark once more. */
  private BatchLedger.Claim again() {
    return new BatchLedger.Claim(ledger.claimed(), Optional.empty(), heartbeat, List.of());
  }

  private Duration pause(boolean quiet) {
    return failedInRow > 0 ? PAUSE : quiet ? Duration.ZERO : UNDER_LOAD;
  }

  private void start(BatchLedger.Claim claim, boolean crawling, boolean crawlOnly)
      throws InterruptedException {
    Optional<Instant> moved =
        state.moved(claim.mark().map(this::notPastFailures), claim.reached().isPresent());
    long discard = -1;
    Optional<Instant> failing = attention.failing();
    if (!crawling && crawlOnly) {
      discard = failing.isPresent() ? -1 : claim.batch();
    } else if (!crawling) {
      discard =
          claim
              .mark()
              .map(mark -> mark.plus(early))
              .map(mark -> failing.filter(mark::isAfter).orElse(mark))
              .map(mark -> ledger.discardable(mark, claim.batch()))
              .orElse(-1L);
    }
    lastNanos = System.nanoTime();
    worked = false;
    CompletableFuture<Reply> reply =
        agent.send(new Request.Barrier(claim.batch(), claim.listed(), moved, discard));
    ReplicatorFailpoint.BARRIER_ASKED.reached();
    underWay = new UnderWay(claim, moved, reply);
    CompletableFuture<Reply> unused = reply.whenComplete((answer, failure) -> wake.run());
  }

  /**
   * What fails happened at some time after the stime of then, which may be long before its first
   * try. Before the first stime there is only that try.
   */
  private Instant notPastFailures(Instant mark) {
    Optional<Instant> oldest = oldestFailure.get();
    held = oldest.map(tried -> held.or(state::stime).orElse(tried));
    return held.filter(bound -> bound.isBefore(mark)).orElse(mark);
  }

  private void complete(UnderWay done) throws IOException, InterruptedException {
    underWay = null;
    Reply.Synced synced;
    try {
      synced = Agent.await(done.reply(), Reply.Synced.class);
    } catch (RequestFailedException e) {
      if (!CANNOT_WRITE.contains(e.errno()) || failedInRow >= mostFailures) {
        throw e;
      }
      failedInRow++;
      worked = true;
      lastNanos = System.nanoTime();
      trouble = Optional.of("Nothing can be made durable on the secondary: " + e.getMessage());
      return;
    }
    ReplicatorFailpoint.BARRIER_ANSWERED.reached();
    lastTook = Optional.of(Duration.ofNanos(System.nanoTime() - lastNanos));
    failedInRow = 0;
    trouble = synced.trouble();
    limbo = synced.limbo();
    everSynced = true;
    ledger.claimed(done.claim());
    Optional<BatchLedger.Reached> reached = done.claim().reached();
    SyncState next =
        new SyncState(
            done.stime().or(state::stime),
            reached.map(BatchLedger.Reached::position).or(state::position),
            reached.isPresent() ? reached.get().capture() : state.capture());
    if (!next.equals(state)) {
      states.write(next);
      ReplicatorFailpoint.STATE_ACKNOWLEDGED.reached();
      state = next;
    }
    if (done.claim().mark().isPresent()) {
      heartbeat = done.claim().mark();
    }
  }

  /** Waits for the barrier under way, if there is one, and takes its reply. */
  public void finish() throws IOException, InterruptedException {
    if (underWay != null) {
      complete(underWay);
    }
  }

  /** Returns stime. */
  public Optional<Instant> stime() {
    return state.stime();
  }

  /** Returns the last mark that went the whole way. */
  public Optional<Instant> heartbeat() {
    return heartbeat;
  }

  /** Returns what the secondary suffers from, in a sentence, as of the last barrier. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** Returns how long the last barrier took, if it was confirmed since this was last asked. */
  public Optional<Duration> takeLast() {
    Optional<Duration> took = lastTook;
    lastTook = Optional.empty();
    return took;
  }

  /** Returns up to which batch everything is durable, see {@link BatchLedger#covered()}. */
  public long covered() {
    return ledger.covered();
  }

  /** Returns up to which batch what was sent is durable, see {@link BatchLedger#claimed()}. */
  public long claimed() {
    return ledger.claimed();
  }

  /** Returns how many items limbo holds, as of the last barrier. */
  public long limbo() {
    return limbo;
  }

  /** Returns whether all that was sent so far is durable and nothing waits in limbo. */
  public boolean isDurable() {
    return everSynced && ledger.claimed() >= lastWorked && limbo == 0;
  }

  /**
   * Returns whether everything recorded is durable and nothing waits in limbo.
   *
   * @param crawlOnly whether there is no journal, and so no mark to wait for
   * @param since the earliest mark that will do
   */
  public boolean isInStep(boolean crawlOnly, Instant since) {
    return underWay == null
        && isDurable()
        && ledger.isSettled()
        && !isReleased()
        && (crawlOnly || heartbeat.filter(mark -> !mark.isBefore(since)).isPresent());
  }
}
