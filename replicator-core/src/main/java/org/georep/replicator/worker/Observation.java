package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Supplier;
import org.georep.posix.Libc;
import org.georep.replicator.checkpoint.CheckpointShelf;
import org.georep.replicator.checkpoint.Checkpoints;
import org.georep.replicator.event.EventDesk;
import org.georep.replicator.event.EventLog;
import org.georep.replicator.event.Sight;
import org.georep.replicator.hook.Notices;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineEntry;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.stime.StimeListener;
import org.georep.replicator.volume.MassDeleteException;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.EventKind;
import org.georep.status.report.WorkerReport;
import org.georep.status.screen.CheckpointScreen;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes on beside a run and is told: its checkpoints, its events, and those who hear of them.
 * Made when the session is held, before work begins; {@link #close} lets out what is still to be
 * told, in bounded time. One thread begins and ends it; any may look.
 */
final class Observation implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Observation.class);

  private static final String BY_ERROR = "ended by an error";

  private final Notices notices;
  private final EventDesk events;
  private final Checkpoints checkpoints;
  private final Meter meter;
  private boolean ended;

  /** What is observed. */
  @FunctionalInterface
  interface Work {
    ExitCode run() throws GeorepException, IOException, InterruptedException;
  }

  private Observation(Notices notices, EventDesk events, Checkpoints checkpoints, Meter meter) {
    this.notices = notices;
    this.events = events;
    this.checkpoints = checkpoints;
    this.meter = meter;
  }

  /** Begins, with the event that the session started. */
  static Observation begin(
      Libc libc,
      SessionDirectory session,
      SessionConfiguration configuration,
      Quarantine quarantine,
      Meter meter,
      Clock clock)
      throws IOException {
    String volume = configuration.volume();
    Notices notices = Notices.of(configuration.settings(), session.log().resolve("hook.out"));
    EventDesk events =
        EventDesk.begin(
            session.name().text(),
            volume,
            new EventLog(session.events()),
            configuration.settings().lagThreshold(),
            notices::tell,
            clock);
    Checkpoints checkpoints =
        new Checkpoints(
            libc,
            new CheckpointShelf(libc, session.checkpoints()),
            session.checkpointOutcomes(volume),
            session.stime(volume),
            () -> oldest(quarantine),
            clock,
            events::decided);
    return new Observation(notices, events, checkpoints, meter);
  }

  private static Optional<Instant> oldest(Quarantine quarantine) {
    return quarantine.size() == 0
        ? Optional.empty()
        : quarantine.entries().stream().map(QuarantineEntry::first).min(Comparator.naturalOrder());
  }

  /** Runs it; if it cannot even begin, that is an event, too. */
  ExitCode during(Work work) throws GeorepException, IOException, InterruptedException {
    try {
      return work.run();
    } catch (GeorepException | IOException | RuntimeException e) {
      if (!ended) {
        events.raise(EventKind.FAULTY, e.getMessage() == null ? e.toString() : e.getMessage());
        events.raise(EventKind.STOPPED, BY_ERROR);
      }
      throw e;
    }
  }

  /** Returns who has to be told of stime. */
  StimeListener stimes() {
    return checkpoints;
  }

  /** Returns the checkpoint that was set last. */
  Optional<CheckpointReport> checkpoint() {
    return checkpoints.newest();
  }

  /** Takes note of something that stands still, in a sentence. */
  void stalled(String sentence) {
    events.raise(EventKind.STALLED, sentence);
  }

  /** Returns what old monitors are told. */
  String toOldMonitors() {
    return checkpoints
        .newest()
        .map(new CheckpointScreen(ZoneId.systemDefault())::sentence)
        .orElse("checkpoint None is N/A");
  }

  /**
   * Returns a supplier of the same reports, each of which is looked at. From now on the worker is
   * also looked at whenever it changes.
   */
  Supplier<WorkerReport> watching(Supplier<WorkerReport> reports) {
    Supplier<WorkerReport> looking = () -> seen(reports.get());
    meter.onChange(
        () -> {
          try {
            seen(reports.get());
          } catch (RuntimeException e) {
            log.warn("What the worker looks like cannot be told", e);
          }
        });
    return looking;
  }

  private WorkerReport seen(WorkerReport report) {
    events.seen(new Sight(report, meter.isLinkLost(), meter.crawlReason()));
    return report;
  }

  /**
   * Takes the last report of a run.
   *
   * @param cause why it ended; null if it was asked to, or had nothing more to do
   */
  void ended(WorkerReport last, @Nullable Exception cause) {
    ended = true;
    meter.onChange(() -> {});
    String reason = last.reason() == null ? "no reason is known" : last.reason();
    if (cause instanceof MassDeleteException) {
      events.raise(EventKind.BRAKE, reason);
    }
    events.seen(new Sight(last, meter.isLinkLost(), meter.crawlReason()));
    events.raise(EventKind.STOPPED, cause == null ? "ended in order" : BY_ERROR);
  }

  @Override
  public void close() {
    meter.onChange(() -> {});
    events.close();
    notices.close();
  }
}
