package org.georep.replicator.event;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.EventKind;
import org.georep.status.report.EventReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where events of a run are raised: looks at the worker come in, from any thread, and
 * are compared by one thread in the order they came; what happened goes to the {@link EventLog},
 * and then to whoever is told. Nothing here waits for anything but that log, and nothing that fails
 * here disturbs the worker.
 */
public final class EventDesk implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventDesk.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String session;
  private final String volume;
  private final EventLog file;
  private final StateChanges changes;
  private final Consumer<EventReport> told;
  private final Clock clock;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "georep-events");
            made.setDaemon(true);
            return made;
          });

  private EventDesk(
      String session,
      String volume,
      EventLog file,
      StateChanges changes,
      Consumer<EventReport> told,
      Clock clock) {
    this.session = session;
    this.volume = volume;
    this.file = file;
    this.changes = changes;
    this.told = told;
    this.clock = clock;
  }

  /**
   * Begins a run: says that it started.
   *
   * @param threshold of the lag; zero for none
   * @param told is told each event after it was written; must return at once
   */
  public static EventDesk begin(
      String session,
      String volume,
      EventLog file,
      Duration threshold,
      Consumer<EventReport> told,
      Clock clock) {
    Objects.requireNonNull(file, "file is null");
    List<EventReport> before = List.of();
    try {
      before = file.read();
    } catch (IOException e) {
      log.warn("What happened to the session before cannot be read", e);
    }
    EventDesk desk =
        new EventDesk(
            session,
            volume,
            file,
            new StateChanges(session, volume, threshold, before),
            told,
            clock);
    desk.raise(
        EventKind.STARTED,
        "process "
            + ProcessHandle.current().pid()
            + " works for it"
            + (endedUncleanly(before) ? "; the last one ended without saying so" : ""));
    return desk;
  }

  private static boolean endedUncleanly(List<EventReport> before) {
    boolean running = false;
    for (EventReport event : before) {
      running =
          event.event() == EventKind.STARTED || (running && event.event() != EventKind.STOPPED);
    }
    return running;
  }

  /** Takes a look at the worker. Returns at once. */
  public void seen(Sight sight) {
    Instant now = clock.instant();
    submit(() -> changes.see(sight, now).forEach(this::keep));
  }

  /** Takes a checkpoint's outcome. Returns at once. */
  public void decided(CheckpointReport checkpoint) {
    EventKind kind =
        switch (checkpoint.standing()) {
          case COMPLETED -> EventKind.CHECKPOINT_COMPLETED;
          case INVALID -> EventKind.CHECKPOINT_INVALID;
          case TAKEN_BACK -> EventKind.CHECKPOINT_TAKEN_BACK;
          case NOT_REACHED -> throw new IllegalArgumentException("nothing has become of it");
        };
    String message =
        "checkpoint "
            + checkpoint.label()
            + switch (checkpoint.standing()) {
              case COMPLETED ->
                  ": everything before " + checkpoint.time() + " is durable on the secondary";
              case INVALID -> " is invalid: what it was measured by was reset; set a new one";
              case TAKEN_BACK, NOT_REACHED -> " is taken back: the secondary is older than that";
            };
    EventReport event =
        EventReport.of(clock.instant(), kind, session, volume, message).about(checkpoint);
    submit(() -> keep(event));
  }

  /** Raises an event that needs no comparison. Returns at once. */
  public void raise(EventKind kind, String message) {
    EventReport event = EventReport.of(clock.instant(), kind, session, volume, message);
    submit(() -> keep(event));
  }

  private void submit(Runnable work) {
    try {
      thread.execute(
          () -> {
            try {
              work.run();
            } catch (RuntimeException e) {
              log.warn("An event of the session is lost", e);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("an event after the end is passed over", e);
    }
  }

  private void keep(EventReport event) {
    log.atInfo()
        .addKeyValue("event", event.event().text())
        .addKeyValue("session", session)
        .addKeyValue("volume", volume)
        .log(event.message());
    try {
      file.append(event);
    } catch (IOException e) {
      log.warn("An event cannot be written down: {}", event.message(), e);
    }
    told.accept(event);
  }

  /** Writes what has come in, waiting for that a little, and ends. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn("Events are still being written; the last ones may be lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
