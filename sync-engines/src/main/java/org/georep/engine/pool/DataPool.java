package org.georep.engine.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;
import org.georep.engine.AgentPort;
import org.georep.engine.ContentSource;
import org.georep.engine.DataListener;
import org.georep.engine.EngineUnavailableException;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.engine.Stop;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries contents: takes {@link FileJob}s, has them compared or carried by an engine and published
 * by the agent, and says of each how it ended.
 *
 * <p>It guarantees: every job submitted ends exactly once, also when the link is lost, a worker
 * fails, or the pool is closed; directories touched are told before the ends of the files
 * concerned; a file is never under way twice, and a job submitted while its file is under way is
 * carried after that; jobs of one file that wait are carried once for all. Nothing is durable when
 * a job ends: the agent's barrier makes it so. After a crash the replicator submits again what was
 * not covered by a barrier; a second time does nothing.
 *
 * <p>A pool belongs to one connection. When the agent does not answer any more, all that waits and
 * all that is submitted later ends as {@link Outcome.Retry}: make a new pool on a new connection.
 * Retries are not counted or delayed here. Memory is bounded: {@value #MOST_WAITING} jobs wait,
 * each worker has the {@value #MOST_FILES} files it took.
 *
 * <p>For any thread. {@link #submit} waits for room unless called by the pool's own threads, so it
 * must not be called with a lock the listener takes.
 */
public final class DataPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataPool.class);
  private static final int MOST_WAITING = 100_000;
  private static final int MOST_FILES = 2000;
  private static final long MOST_BYTES = 64L << 20;

  private final Libc libc;
  private final ContentSource source;
  private final Agent agent;
  private final DataListener listener;
  private final Counters counters = new Counters();
  private final DataQueue queue = new DataQueue(MOST_WAITING, MOST_FILES, MOST_BYTES);
  private final Stop stop = new Stop();
  private final Engines engines;
  private final List<Thread> workers = new ArrayList<>();
  private final AtomicInteger working;

  private DataPool(
      PoolOptions options,
      Libc libc,
      ContentSource source,
      Link link,
      AgentPort port,
      DataListener listener)
      throws EngineUnavailableException, InterruptedException {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.source = Objects.requireNonNull(source, "source is null");
    this.agent = new Agent(port);
    this.listener = Objects.requireNonNull(listener, "listener is null");
    this.engines = Engines.find(options, libc, source, link, counters);
    this.working = new AtomicInteger(options.syncJobs());
  }

  /**
   * Makes a pool and starts its workers.
   *
   * @param port the connection; the pool uses job numbers of its own on it, so one pool a
   *     connection
   * @throws EngineUnavailableException if the engine asked for cannot work between these hosts
   */
  public static DataPool start(
      PoolOptions options,
      Libc libc,
      ContentSource source,
      Link link,
      AgentPort port,
      DataListener listener)
      throws EngineUnavailableException, InterruptedException {
    DataPool pool = new DataPool(options, libc, source, link, port, listener);
    for (int i = 0; i < options.syncJobs(); i++) {
      Thread worker = new Thread(pool::work, "data-worker-" + i);
      worker.setDaemon(true);
      pool.workers.add(worker);
    }
    pool.engines.prepare();
    pool.workers.forEach(Thread::start);
    return pool;
  }

  /**
   * Takes jobs. Those the pool cannot take any more, since it is closed or the link is lost, end at
   * once, in this thread.
   *
   * @throws InterruptedException if interrupted while waiting for room; the rest was not taken
   */
  public void submit(Collection<FileJob> jobs) throws InterruptedException {
    boolean patient = !workers.contains(Thread.currentThread());
    List<FileJob> all = List.copyOf(jobs);
    int added = queue.add(all, patient);
    for (FileJob job : all.subList(added, all.size())) {
      Outcome outcome = new Outcome.Retry(String.valueOf(queue.closed()));
      Endings.report(new Task(List.of(job)), outcome, listener, counters);
    }
  }

  /** Returns what was done so far and what is to be done. */
  public DataCounts counts() {
    return counters.counts(queue.waiting(), queue.underWay());
  }

  /** Returns whether nothing waits and nothing is under way. */
  public boolean idle() {
    return queue.idle();
  }

  /**
   * Ends the pool: channels are closed, what is under way or waits ends as {@link Outcome.Retry}.
   * Returns when the workers have ended; nothing is told to the listener afterwards.
   */
  @Override
  public void close() {
    end("the pool is closed");
    boolean interrupted = false;
    for (Thread worker : workers) {
      worker.interrupt();
    }
    for (Thread worker : workers) {
      while (worker != Thread.currentThread() && worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    engines.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(String reason) {
    List<Task> rest = queue.close(reason);
    stop.request();
    rest.forEach(task -> Endings.report(task, new Outcome.Retry(reason), listener, counters));
  }

  private void work() {
    Comparison comparison = new Comparison(libc, source, agent, stop);
    Carriers carriers = engines.carriers(agent, counters, stop);
    try {
      List<Task> tasks = queue.take();
      while (!tasks.isEmpty()) {
        if (!carry(new Endings(tasks, listener, queue, counters), comparison, carriers)) {
          return;
        }
        tasks = queue.take();
      }
    } catch (InterruptedException e) {
      LOG.debug("A data worker was interrupted.");
    }
  }

  /** Carries what was taken; says whether this worker is to go on. */
  private boolean carry(Endings endings, Comparison comparison, Carriers carriers) {
    String reason = "it was left over";
    try {
      comparison.run(endings);
      deliver(endings, carriers);
    } catch (Agent.LostException e) {
      reason = String.valueOf(e.getMessage());
      end(reason);
    } catch (ConnectionException e) {
      reason = String.valueOf(e.getMessage());
      if (e.reason() == ConnectionException.Reason.NO_MORE_CHANNELS && retire()) {
        LOG.info("The secondary's host has no room for one more channel: one worker less.");
        queue.putBack(endings.release());
        return false;
      }
    } catch (InterruptedException e) {
      reason = "the pool is closed";
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      reason = "a data worker failed: " + e;
      LOG.error("A data worker failed on {} files.", endings.open().size(), e);
    } finally {
      endings.endAll(new Outcome.Retry(reason));
    }
    return true;
  }

  /** Counts this worker out, unless it is the last one. */
  private boolean retire() {
    return working.getAndUpdate(number -> number > 1 ? number - 1 : number) > 1;
  }

  private static void deliver(Endings endings, Carriers carriers)
      throws ConnectionException, Agent.LostException, InterruptedException {
    Carrier carrier = carriers.first();
    List<Gfid> files = endings.open().stream().map(Task::gfid).toList();
    while (!files.isEmpty()) {
      files = carrier.run(files, endings);
      carrier = carriers.instead(carrier);
    }
  }
}
