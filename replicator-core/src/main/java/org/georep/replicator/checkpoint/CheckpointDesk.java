package org.georep.replicator.checkpoint;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints as people set and see them, from the session's files alone, whether or not a worker
 * runs. For one thread; any number of processes.
 */
public final class CheckpointDesk {
  /** So many are kept; of more, the oldest of those that are decided go. */
  static final int KEPT = 500;

  private static final int MOST = 10_000;

  /** The clock went back: a moment that stime has passed already is not enough. */
  private static final long BEYOND_MILLIS = 1;

  private final CheckpointShelf shelf;
  private final OutcomesFile outcomes;
  private final SyncStateFile states;
  private final Clock clock;

  /** Makes it for a session's volume. */
  public CheckpointDesk(Libc libc, SessionDirectory session, String volume, Clock clock) {
    this.shelf = new CheckpointShelf(libc, session.checkpoints());
    this.outcomes = new OutcomesFile(libc, session.checkpointOutcomes(volume));
    this.states = new SyncStateFile(libc, session.stime(volume));
    this.clock = Objects.requireNonNull(clock, "clock is null");
  }

  /**
   * Sets one at this moment; durable when this returns.
   *
   * @param given its label; by default "as of" the moment
   * @throws IllegalArgumentException if the label is none; the message says what one looks like
   */
  public CheckpointReport set(Optional<String> given) throws IOException {
    given.ifPresent(Checkpoint::checkLabel);
    Instant now = clock.instant();
    if (shelf.all().size() >= MOST) {
      throw new IOException(
          MOST
              + " checkpoints wait to be reached; no more are taken. See why with: georep status"
              + " --detail");
    }
    Optional<Instant> stime = states.read().stime();
    Instant target =
        stime
            .filter(moment -> !moment.isBefore(now))
            .map(moment -> moment.plusMillis(BEYOND_MILLIS))
            .orElse(now);
    String label = given.orElseGet(() -> label(target));
    Checkpoint set = shelf.add(label, target, stime.isPresent());
    thinOut();
    return Checkpoints.report(set, null, CheckpointStanding.NOT_REACHED);
  }

  private static String label(Instant target) {
    return "as of " + DateTimeFormatter.ISO_INSTANT.format(target.truncatedTo(ChronoUnit.MILLIS));
  }

  private void thinOut() throws IOException {
    List<Checkpoint> all = shelf.all();
    Map<String, Outcome> decided = outcomes.read().byId();
    int tooMany = all.size() - KEPT;
    for (Checkpoint checkpoint : all) {
      if (tooMany > 0 && decided.containsKey(checkpoint.id())) {
        shelf.remove(checkpoint);
        tooMany--;
      }
    }
  }

  /** Returns all, in the order in which they were set. */
  public List<CheckpointReport> all() throws IOException {
    List<Checkpoint> set = shelf.all();
    Map<String, Outcome> decided = outcomes.read().byId();
    // The worker writes stime before it writes what that reached: read the other way round.
    Optional<Instant> stime = states.read().stime();
    List<CheckpointReport> all = new ArrayList<>();
    for (Checkpoint checkpoint : set) {
      @Nullable Outcome outcome = decided.get(checkpoint.id());
      all.add(
          Checkpoints.report(
              checkpoint, outcome, Checkpoints.standing(checkpoint, outcome, stime)));
    }
    return all;
  }

  /** Returns the one that was set last, of those with the label if one is given. */
  public Optional<CheckpointReport> newest(Optional<String> label) throws IOException {
    List<CheckpointReport> all = new ArrayList<>(all());
    all.removeIf(each -> label.isPresent() && !label.get().equals(each.label()));
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** Returns up to when the secondary is in step, if that is known. */
  public Optional<Instant> stime() throws IOException {
    return states.read().stime();
  }
}
