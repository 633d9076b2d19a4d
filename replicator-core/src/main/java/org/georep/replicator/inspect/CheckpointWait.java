package org.georep.replicator.inspect;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.georep.posix.Libc;
import org.georep.replicator.checkpoint.CheckpointDesk;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionLock;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;

/**
 * Waits for a checkpoint, and says meanwhile how far it is and what holds it back. It looks at the
 * session's files, which are small, a few times a second. For one thread.
 */
public final class CheckpointWait {
  private static final Duration STEP = Duration.ofMillis(200);
  private static final Duration TELL = Duration.ofSeconds(5);

  private final Libc libc;
  private final SessionDirectory session;
  private final CheckpointDesk desk;
  private final Clock clock;

  /** How a wait ended. */
  public enum How {
    COMPLETED,
    INVALID,
    TIMED_OUT,
    INTERRUPTED
  }

  /** A wait that ended. */
  public record Ended(How how, CheckpointReport checkpoint) {}

  /** Rests. */
  @FunctionalInterface
  public interface Rest {
    /** Waits for at most so long; returns at once, and true, when asked to end. */
    boolean atMost(Duration time) throws InterruptedException;
  }

  /** Waits for a checkpoint of this session. */
  public CheckpointWait(Libc libc, SessionDirectory session, CheckpointDesk desk, Clock clock) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.session = Objects.requireNonNull(session, "session is null");
    this.desk = Objects.requireNonNull(desk, "desk is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
  }

  /**
   * Waits.
   *
   * @param label the last one with it is meant; empty for the last one
   * @param timeout how long at most; empty for ever
   * @param progress gets a line for people, now and then
   * @throws GeorepException if there is no such checkpoint
   */
  public Ended until(
      Optional<String> label, Optional<Duration> timeout, Consumer<String> progress, Rest rest)
      throws GeorepException, IOException, InterruptedException {
    long begun = System.nanoTime();
    long told = begun - TELL.toNanos();
    // A later one of the same label is another one.
    Instant target = meant(label).time();
    while (true) {
      CheckpointReport now = meant(label, target);
      if (now.standing() == CheckpointStanding.COMPLETED) {
        return new Ended(How.COMPLETED, now);
      }
      if (now.standing() == CheckpointStanding.INVALID) {
        return new Ended(How.INVALID, now);
      }
      long waited = System.nanoTime() - begun;
      if (timeout.isPresent() && waited >= timeout.get().toNanos()) {
        return new Ended(How.TIMED_OUT, now);
      }
      if (System.nanoTime() - told >= TELL.toNanos()) {
        told = System.nanoTime();
        progress.accept(progress(now));
      }
      long step =
          timeout
              .map(limit -> Math.min(STEP.toNanos(), Math.max(1, limit.toNanos() - waited)))
              .orElse(STEP.toNanos());
      if (rest.atMost(Duration.ofNanos(step))) {
        return new Ended(How.INTERRUPTED, now);
      }
    }
  }

  private CheckpointReport meant(Optional<String> label) throws GeorepException, IOException {
    return desk.newest(label)
        .orElseThrow(
            () ->
                new GeorepException(
                    ExitCode.ERROR,
                    "The session '"
                        + session.name()
                        + "' has no checkpoint"
                        + label.map(each -> " '" + each + "'").orElse("")
                        + ". Set one with: georep checkpoint create "
                        + session.name()));
  }

  private CheckpointReport meant(Optional<String> label, Instant target)
      throws GeorepException, IOException {
    return desk.all().stream()
        .filter(each -> each.time().equals(target))
        .filter(each -> label.isEmpty() || label.get().equals(each.label()))
        .reduce((first, second) -> second)
        .orElseThrow(
            () ->
                new GeorepException(
                    ExitCode.ERROR,
                    "The checkpoint was removed while it was waited for: more than are kept were"
                        + " set since."));
  }

  private String progress(CheckpointReport checkpoint) throws IOException {
    StringBuilder line = new StringBuilder("checkpoint ").append(checkpoint.label()).append(": ");
    Optional<Instant> stime = desk.stime();
    if (stime.isEmpty()) {
      line.append("the first copy is not complete yet");
    } else {
      double left = Duration.between(stime.get(), checkpoint.time()).toMillis() / 1000.0;
      double age = Duration.between(stime.get(), clock.instant()).toMillis() / 1000.0;
      line.append(Math.max(0, left)).append(" s of changes to go, in step up to ");
      line.append(Math.max(0, age)).append(" s ago");
    }
    int waiting = Quarantine.read(libc, session.quarantine()).size();
    if (waiting > 0) {
      line.append("; held back by ").append(waiting);
      line.append(" in quarantine, see georep quarantine list ").append(session.name());
    }
    if (SessionLock.holder(libc, session).isEmpty()) {
      line.append("; nothing runs for the session, start it");
    }
    return line.toString();
  }
}
