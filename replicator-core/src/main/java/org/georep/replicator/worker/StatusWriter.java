package org.georep.replicator.worker;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.georep.status.file.StatusFile;
import org.georep.status.report.WorkerReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a worker's status now and then while it runs, half as often while nothing happens, and
 * once more at its end. A status that cannot be written is logged and stops nothing.
 */
final class StatusWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);
  private static final long PERIOD_SECONDS = 2;

  private final StatusFile file;
  private final Supplier<?> glances;
  private @Nullable Object glanced;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "georep-status");
            thread.setDaemon(true);
            return thread;
          });

  private StatusWriter(StatusFile file, Supplier<?> glances) {
    this.file = file;
    this.glances = glances;
  }

  /**
   * Writes what the supplier says, now and every {@value #PERIOD_SECONDS} s, or twice that while a
   * glance shows nothing new.
   *
   * @param glances what tells one state from another, cheaper than a report
   */
  static StatusWriter start(StatusFile file, Supplier<WorkerReport> reports, Supplier<?> glances) {
    StatusWriter writer = new StatusWriter(file, glances);
    var unused =
        writer.ticker.scheduleWithFixedDelay(
            () -> writer.look(reports), 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    return writer;
  }

  private void look(Supplier<WorkerReport> reports) {
    Object now = null;
    try {
      now = glances.get();
    } catch (RuntimeException e) {
      log.debug("What the worker looks like cannot be told", e);
    }
    if (now != null && now.equals(glanced)) {
      glanced = null; // the next time in any case
      return;
    }
    glanced = now;
    write(reports);
  }

  private void write(Supplier<WorkerReport> reports) {
    try {
      file.write(reports.get());
    } catch (IOException | RuntimeException e) {
      log.warn("The status {} cannot be written", file.path(), e);
    }
  }

  /** Writes the last status, after which nothing is written any more. */
  void end(WorkerReport last) {
    close();
    write(() -> last);
  }

  /** Stops writing; waits for what is being written. */
  @Override
  public void close() {
    ticker.shutdown(); // a write that is going on is not to be interrupted
    boolean interrupted = false;
    while (true) {
      try {
        if (ticker.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
