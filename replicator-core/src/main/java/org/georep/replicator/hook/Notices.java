package org.georep.replicator.hook;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.georep.replicator.session.Settings;
import org.georep.status.report.EventKind;
import org.georep.status.report.EventReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator's program and address of what they want to hear: a completed checkpoint, work
 * that stands still, a lag over its threshold. One after the other, in a thread of its own; at most
 * {@value #WAITING} wait, and more are dropped, with a line in the log. What fails is logged and
 * not tried again, and never disturbs replication.
 */
public final class Notices implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Notices.class);
  private static final Set<EventKind> TOLD =
      EnumSet.of(EventKind.CHECKPOINT_COMPLETED, EventKind.FAULTY, EventKind.LAG_HIGH);
  private static final int WAITING = 100;

  private final List<Receiver> receivers;
  private final Duration patience;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          work -> {
            Thread made = new Thread(work, "georep-notices");
            made.setDaemon(true);
            return made;
          });

  Notices(List<Receiver> receivers, Duration patience) {
    this.receivers = List.copyOf(receivers);
    this.patience = patience;
  }

  /**
   * Returns those of a session.
   *
   * @param output where what its program says is kept
   */
  public static Notices of(Settings settings, Path output) {
    List<Receiver> receivers = new ArrayList<>();
    if (!settings.hook().isEmpty()) {
      receivers.add(new HookProgram(settings.hook(), output, HookProgram.LIMIT));
    }
    settings
        .heartbeatUrl()
        .ifPresent(url -> receivers.add(new HeartbeatAddress(url, HeartbeatAddress.LIMIT)));
    return new Notices(receivers, HookProgram.LIMIT.plus(HeartbeatAddress.LIMIT));
  }

  /** Tells an event, if they want to hear of it. Returns at once. */
  public void tell(EventReport event) {
    if (receivers.isEmpty() || !TOLD.contains(event.event())) {
      return;
    }
    try {
      thread.execute(() -> receivers.forEach(receiver -> tell(receiver, event)));
    } catch (RejectedExecutionException e) {
      log.warn("{} is not told: too many wait to be", event.event().text());
    }
  }

  private static void tell(Receiver receiver, EventReport event) {
    try {
      receiver.tell(event);
    } catch (IOException | RuntimeException e) {
      log.warn("{} was not told: {}", event.event().text(), e.getMessage());
      log.debug("It was not told", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for what is being told, as long as one may take, and ends. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        thread.shutdownNow();
        log.warn("Not all that happened was told: the hook or the heartbeat's host is slow");
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
