package org.georep.replicator.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.georep.posix.Libc;
import org.georep.replicator.checkpoint.CheckpointDesk;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.StateDirectory;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CrawlState;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;

/**
 * How all sessions of a state directory are doing, and what their checkpoints came to, for those
 * who look again and again. A session whose files cannot be read is shown as Faulty, with why, and
 * hides no other. Sessions are read side by side, since a worker that hangs keeps whoever asks it
 * waiting. For any number of threads.
 */
public final class SessionReports implements Supplier<List<WorkerReport>> {
  private static final int THREADS = 8;
  private static final long IDLE_SECONDS = 30;

  /** So many of a session's checkpoints, those that were set last. */
  private static final int MOST_CHECKPOINTS = 20;

  private final Libc libc;
  private final StateDirectory state;
  private final Clock clock;
  private final StatusReading reading;
  private final ExecutorService threads = threads();

  /**
   * Makes it; nothing is read yet.
   *
   * @param state where the sessions are; it need not be there
   */
  public SessionReports(Libc libc, StateDirectory state, Clock clock) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.reading = new StatusReading(libc, state, clock);
  }

  /** They end by themselves when nobody asks any more. */
  private static ExecutorService threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "georep-reports");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Returns the reports, in the order of the sessions' names.
   *
   * @throws UncheckedIOException if the state directory itself cannot be read
   */
  @Override
  public List<WorkerReport> get() {
    try {
      List<Callable<List<WorkerReport>>> questions = new ArrayList<>();
      for (SessionDirectory session : state.sessions()) {
        questions.add(() -> read(session));
      }
      List<WorkerReport> all = new ArrayList<>();
      for (Future<List<WorkerReport>> answer : threads.invokeAll(questions)) {
        all.addAll(answer.get());
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException("The state directory cannot be read: " + e.getMessage(), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private List<WorkerReport> read(SessionDirectory session) {
    try {
      List<WorkerReport> reports = new ArrayList<>();
      for (WorkerReport report : reading.read(Optional.of(session.name()))) {
        reports.add(report.toBuilder().checkpoints(checkpoints(session, report)).build());
      }
      return reports;
    } catch (GeorepException e) {
      // One that was deleted a moment ago is none.
      return e.code() == ExitCode.NO_SUCH_SESSION ? List.of() : List.of(unreadable(session, e));
    } catch (IOException | RuntimeException e) {
      return List.of(unreadable(session, e));
    }
  }

  private List<CheckpointReport> checkpoints(SessionDirectory session, WorkerReport report)
      throws IOException {
    String volume = report.volume();
    if (volume == null) {
      return List.of();
    }
    List<CheckpointReport> newest =
        new ArrayList<>(new CheckpointDesk(libc, session, volume, clock).all());
    Collections.reverse(newest);
    return newest.subList(0, Math.min(MOST_CHECKPOINTS, newest.size()));
  }

  private static WorkerReport unreadable(SessionDirectory session, Exception e) {
    return new WorkerReportBuilder()
        .session(session.name().text())
        .workerStatus(WorkerState.FAULTY)
        .crawlStatus(CrawlState.NONE)
        .reason("Its status cannot be read: " + e.getMessage())
        .build();
  }
}
