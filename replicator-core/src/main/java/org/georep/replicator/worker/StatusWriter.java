package org.georep.replicator.worker;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.georep.status.file.StatusFile;
import org.georep.status.report.WorkerReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a worker's status now and then while it runs, and once more at its end. A status that
 * cannot be written is logged and stops nothing.
 */
final class StatusWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);
  private static final long PERIOD_SECONDS = 2;

  private final StatusFile file;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "georep-status");
            thread.setDaemon(true);
            return thread;
          });

  private StatusWriter(StatusFile file) {
    this.file = file;
  }

  /** Writes what the supplier says, now and every {@value #PERIOD_SECONDS} s. */
  static StatusWriter start(StatusFile file, Supplier<WorkerReport> reports) {
    StatusWriter writer = new StatusWriter(file);
    var unused =
        writer.ticker.scheduleWithFixedDelay(
            () -> writer.write(reports), 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    return writer;
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
