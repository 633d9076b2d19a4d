package org.georep.replicator.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.replicator.monitor.Absence;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.DesiredStateFile;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.NodeNames;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.worker.ControlClient;
import org.georep.status.file.StatusFile;
import org.georep.status.file.StatusJson;
import org.georep.status.report.CrawlState;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;

/**
 * The status of sessions: asked of the process that runs one, else read from the file it left. A
 * file that says the worker works while nobody holds the session was left by a dead one: then it is
 * shown as stopped, and what was under way as unknown. So it is with a file that the process that
 * holds the session did not write, or not lately: it is starting, or hangs, and the file tells what
 * was true once.
 */
public final class StatusReading {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** One that works writes every two seconds; on a host that is very busy, a little later. */
  private static final Duration LATELY = Duration.ofSeconds(10);

  private final Libc libc;
  private final StateDirectory state;
  private final Clock clock;

  /** Reads from a state directory. */
  public StatusReading(Libc libc, StateDirectory state, Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /**
   * Returns the status of one session, or of all.
   *
   * @throws GeorepException if there is no session of the name, or one's configuration is wrong
   */
  public List<WorkerReport> read(Optional<SessionName> name) throws GeorepException, IOException {
    List<SessionDirectory> sessions =
        name.isPresent() ? List.of(state.existing(name.get())) : state.sessions();
    List<WorkerReport> reports = new ArrayList<>();
    for (SessionDirectory session : sessions) {
      Optional<SessionConfiguration> configuration = new SessionFile(libc, session.yaml()).read();
      if (configuration.isPresent()) {
        reports.add(read(session, configuration.get()));
      }
    }
    return reports;
  }

  private WorkerReport read(SessionDirectory session, SessionConfiguration configuration)
      throws IOException {
    Optional<Long> holder = SessionLock.holder(libc, session);
    if (holder.isPresent()) {
      try {
        JsonNode reply = new ControlClient(libc, session.control(), PATIENCE).ask("status");
        return StatusJson.parse(reply.path("status"));
      } catch (IOException e) {
        return silent(file(session, configuration), holder.get());
      }
    }
    WorkerReport left = file(session, configuration);
    if (isWorking(left)) {
      left =
          unknown(left).toBuilder()
              .workerStatus(WorkerState.STOPPED)
              .reason(
                  "The process ended without saying so. Start it again; it goes on where it was.")
              .build();
    } else if (wasKilledWhileFaulty(left)) {
      left = unknown(left);
    }
    return unattended(session, left);
  }

  /** Says of a session that nobody works for why, where somebody should. */
  private WorkerReport unattended(SessionDirectory session, WorkerReport left) throws IOException {
    Optional<DesiredState> wanted = new DesiredStateFile(libc, session).read();
    if (wanted.equals(Optional.of(DesiredState.PAUSED))) {
      return left.toBuilder().workerStatus(WorkerState.PAUSED).build();
    }
    return Absence.of(libc, state, session, wanted)
        .map(
            why ->
                left.toBuilder()
                    .workerStatus(why.passing() ? WorkerState.INITIALIZING : WorkerState.FAULTY)
                    .reason(why.reason())
                    .build())
        .orElse(left);
  }

  /** A worker that ends says that this is not known any more. */
  private static boolean wasKilledWhileFaulty(WorkerReport left) {
    return left.workerStatus() == WorkerState.FAULTY
        && (left.lagSeconds() != null || left.filesRemaining() != null);
  }

  /** It is starting, ending, or hangs. */
  private WorkerReport silent(WorkerReport file, long holder) {
    if (file.pid() == null || file.pid().longValue() != holder) {
      return unknown(file).toBuilder()
          .workerStatus(WorkerState.INITIALIZING)
          .pid(holder == 0 ? null : holder)
          .reason(null)
          .build();
    }
    if (file.updated() != null && file.updated().isAfter(clock.instant().minus(LATELY))) {
      return file.toBuilder().lagSeconds(null).heartbeatAgeSeconds(null).rates(null).build();
    }
    return unknown(file).toBuilder()
        .pid(holder)
        .reason(
            "The process "
                + holder
                + " does not answer, and what it was doing is not known. If it stays so, kill it"
                + " and start it again; it goes on where it was.")
        .build();
  }

  private static WorkerReport file(SessionDirectory session, SessionConfiguration configuration)
      throws IOException {
    return new StatusFile(session.status(configuration.volume()))
        .read()
        .orElseGet(
            () ->
                new WorkerReportBuilder()
                    .session(configuration.name().text())
                    .volume(configuration.volume())
                    .primaryNode(NodeNames.host())
                    .remoteNode(NodeNames.remote(configuration.secondary()))
                    .workerStatus(WorkerState.NOT_STARTED)
                    .crawlStatus(CrawlState.NONE)
                    .build());
  }

  private static boolean isWorking(WorkerReport report) {
    return report.workerStatus() == WorkerState.ACTIVE
        || report.workerStatus() == WorkerState.PASSIVE
        || report.workerStatus() == WorkerState.INITIALIZING
        || report.workerStatus() == null;
  }

  /** What is true only while somebody works. */
  private static WorkerReport unknown(WorkerReport left) {
    return left.toBuilder()
        .crawlStatus(CrawlState.NONE)
        .nobodyWorks()
        .journalRecordsPending(null)
        .rates(null)
        .crawl(null)
        .verifying(null, null)
        .pid(null)
        .build();
  }
}
