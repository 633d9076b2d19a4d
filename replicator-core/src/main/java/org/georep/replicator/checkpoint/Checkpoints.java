package org.georep.replicator.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.georep.posix.Libc;
import org.georep.replicator.stime.StimeListener;
import org.georep.replicator.stime.SyncState;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a running worker does about checkpoints: each time stime was made durable on both sides it
 * looks which are reached, and writes that down. A checkpoint is set without asking the worker: its
 * file is there when stime next moves, and stime passes a moment at the earliest two seconds after
 * it.
 *
 * <p>The completion time is the moment stime passed the target: read right after stime was written,
 * or, when a crash came between that and writing it down, the time the file of stime was last
 * written. Outcomes are announced after they are durable. If they cannot be written, that is logged
 * and tried again when stime moves, and replication goes on. When a connection is made, both sides
 * may have less in common than before: without any stime the measure was reset, and every
 * checkpoint that was measured by it is invalid for ever; with a stime before its target a
 * completed one is taken back, until stime passes it again.
 *
 * <p>Threads take turns.
 */
public final class Checkpoints implements StimeListener {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

  private final CheckpointShelf shelf;
  private final OutcomesFile file;
  private final Path stimeFile;
  private final Supplier<Optional<Instant>> oldestFailure;
  private final Clock clock;
  private final Consumer<CheckpointReport> announce;
  private final Map<String, Outcome> outcomes;
  private Optional<Instant> reset;
  private final List<Checkpoint> toAnnounce = new ArrayList<>();
  private boolean changed;

  /**
   * Takes them up where the last worker left off.
   *
   * @param path where outcomes are kept
   * @param stimeFile where stime is kept: when it was written tells when it last moved
   * @param oldestFailure since when the oldest entry in quarantine has failed
   * @param announce is told of each outcome once it is durable; must return at once
   */
  public Checkpoints(
      Libc libc,
      CheckpointShelf shelf,
      Path path,
      Path stimeFile,
      Supplier<Optional<Instant>> oldestFailure,
      Clock clock,
      Consumer<CheckpointReport> announce)
      throws IOException {
    this.shelf = Objects.requireNonNull(shelf, "shelf is null");
    this.file = new OutcomesFile(libc, path);
    this.stimeFile = Objects.requireNonNull(stimeFile, "stimeFile is null");
    this.oldestFailure = Objects.requireNonNull(oldestFailure, "oldestFailure is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.announce = Objects.requireNonNull(announce, "announce is null");
    Outcomes left = file.read();
    this.outcomes = new TreeMap<>(left.byId());
    this.reset = left.reset();
  }

  @Override
  public synchronized void began(SyncState start) {
    try {
      Optional<Instant> stime = start.stime();
      if (stime.isEmpty() && reset.isEmpty()) {
        reset = Optional.of(clock.instant());
        changed = true;
      }
      for (Checkpoint checkpoint : shelf.all()) {
        @Nullable Outcome was = outcomes.get(checkpoint.id());
        CheckpointStanding now =
            was == null && reset.filter(checkpoint.target()::isAfter).isPresent()
                ? CheckpointStanding.NOT_REACHED
                : standing(checkpoint, was, stime);
        if (now == CheckpointStanding.INVALID && !Outcome.isInvalid(was)) {
          put(checkpoint, new Outcome(now, clock.instant()));
        } else if (now == CheckpointStanding.TAKEN_BACK && Outcome.isCompleted(was)) {
          put(checkpoint, new Outcome(now, clock.instant()));
        }
      }
      // Of a worker that died between writing stime and writing down what that reached.
      complete(stime, stimeWritten());
      flush();
    } catch (IOException | RuntimeException e) {
      log.warn("Checkpoints cannot be kept up; their state is not known", e);
    }
  }

  @Override
  public synchronized void moved(SyncState state) {
    Instant now = clock.instant();
    try {
      complete(state.stime(), now);
      flush();
    } catch (IOException | RuntimeException e) {
      log.warn("Checkpoints cannot be kept up; it is tried again when stime moves", e);
    }
  }

  private Instant stimeWritten() {
    try {
      return Files.getLastModifiedTime(stimeFile).toInstant();
    } catch (IOException e) {
      return clock.instant();
    }
  }

  private void complete(Optional<Instant> stime, Instant when) throws IOException {
    if (stime.isEmpty()) {
      return;
    }
    if (reset.isPresent()) {
      reset = Optional.empty();
      changed = true;
    }
    for (Checkpoint checkpoint : shelf.all()) {
      @Nullable Outcome was = outcomes.get(checkpoint.id());
      if (!Outcome.isCompleted(was)
          && !Outcome.isInvalid(was)
          && !stime.get().isBefore(checkpoint.target())
          && !isHeldBack(checkpoint)) {
        Instant since = when.isBefore(checkpoint.target()) ? clock.instant() : when;
        put(checkpoint, new Outcome(CheckpointStanding.COMPLETED, since));
      }
    }
  }

  /** Stime stands still while something is in quarantine; this does not rely on it. */
  private boolean isHeldBack(Checkpoint checkpoint) {
    return oldestFailure.get().filter(since -> !since.isAfter(checkpoint.target())).isPresent();
  }

  private void put(Checkpoint checkpoint, Outcome outcome) {
    outcomes.put(checkpoint.id(), outcome);
    toAnnounce.add(checkpoint);
    changed = true;
  }

  private void flush() throws IOException {
    if (!changed) {
      return;
    }
    Set<String> there = new HashSet<>();
    shelf.all().forEach(checkpoint -> there.add(checkpoint.id()));
    outcomes.keySet().retainAll(there);
    file.write(new Outcomes(outcomes, reset));
    changed = false;
    List<Checkpoint> now = List.copyOf(toAnnounce);
    toAnnounce.clear();
    for (Checkpoint checkpoint : now) {
      @Nullable Outcome outcome = outcomes.get(checkpoint.id());
      if (outcome != null) {
        announce.accept(report(checkpoint, outcome, outcome.standing()));
      }
    }
  }

  /** Returns the one that was set last, if there is any. */
  public synchronized Optional<CheckpointReport> newest() {
    try {
      List<Checkpoint> all = shelf.all();
      if (all.isEmpty()) {
        return Optional.empty();
      }
      Checkpoint last = all.get(all.size() - 1);
      @Nullable Outcome outcome = outcomes.get(last.id());
      return Optional.of(
          report(
              last,
              outcome,
              outcome == null ? CheckpointStanding.NOT_REACHED : outcome.standing()));
    } catch (IOException e) {
      log.debug("checkpoints cannot be read", e);
      return Optional.empty();
    }
  }

  /**
   * Returns what a checkpoint is, given what was written down and how far the secondary is.
   *
   * @param stime empty if there is none
   */
  static CheckpointStanding standing(
      Checkpoint checkpoint, @Nullable Outcome was, Optional<Instant> stime) {
    if (Outcome.isInvalid(was) || (stime.isEmpty() && (checkpoint.indexed() || was != null))) {
      return CheckpointStanding.INVALID;
    }
    if (was == null) {
      return CheckpointStanding.NOT_REACHED;
    }
    return stime.filter(moment -> moment.isBefore(checkpoint.target())).isPresent()
        ? CheckpointStanding.TAKEN_BACK
        : was.standing();
  }

  static CheckpointReport report(
      Checkpoint checkpoint, @Nullable Outcome outcome, CheckpointStanding standing) {
    return new CheckpointReport(
        checkpoint.label(),
        checkpoint.target(),
        standing,
        standing == CheckpointStanding.COMPLETED && outcome != null ? outcome.since() : null);
  }
}
