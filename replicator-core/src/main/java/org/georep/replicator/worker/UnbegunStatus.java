package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import org.georep.replicator.session.NodeNames;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.status.file.StatusFile;
import org.georep.status.report.CheckpointState;
import org.georep.status.report.CrawlState;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The status of a run that ended, or hangs, before it got as far as to report one. */
final class UnbegunStatus {
  private static final Logger log = LoggerFactory.getLogger(UnbegunStatus.class);

  private UnbegunStatus() {}

  /**
   * Writes it: Faulty, with why. What an earlier run left of counters stays; that it cannot be
   * written is logged.
   *
   * @param reason a sentence that says what to do next
   */
  static void write(
      SessionDirectory session, SessionConfiguration configuration, String reason, Clock clock) {
    StatusFile file = new StatusFile(session.status(configuration.volume()));
    try {
      WorkerReportBuilder report =
          file.read()
              .map(WorkerReport::toBuilder)
              .orElseGet(
                  () ->
                      new WorkerReportBuilder()
                          .filesSyncd(0L)
                          .failures(0L)
                          .crawls(0L)
                          .turns(0L)
                          .checkpointCompleted(CheckpointState.NONE));
      file.write(
          report
              .remoteNode(NodeNames.remote(configuration.secondary()))
              .workerStatus(WorkerState.FAULTY)
              .crawlStatus(CrawlState.NONE)
              .session(configuration.name().text())
              .volume(configuration.volume())
              .primaryNode(NodeNames.host())
              .pid(ProcessHandle.current().pid())
              .updated(clock.instant())
              .nobodyWorks()
              .reason(reason)
              .build());
    } catch (IOException | RuntimeException e) {
      log.warn("The status {} cannot be written", file.path(), e);
    }
  }
}
