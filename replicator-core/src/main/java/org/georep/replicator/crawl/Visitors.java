package org.georep.replicator.crawl;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a walk: as many as there are processors, at least two, for a disk takes several
 * requests at once, and at most eight. They end by themselves when nothing was to be done for a
 * second.
 */
final class Visitors {
  /** How they are called. */
  static final String NAME = "walk";

  private static final int THREADS =
      Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors()));

  private final ExecutorService threads = threads();

  private static ExecutorService threads() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, NAME);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Makes all visits, and returns when they are done. */
  void run(List<Visit> visits) throws IOException, InterruptedException {
    if (visits.size() == 1) {
      visits.get(0).run();
      return;
    }
    List<Future<?>> under = new ArrayList<>(visits.size());
    for (Visit visit : visits) {
      under.add(
          threads.submit(
              () -> {
                visit.run();
                return visit;
              }));
    }
    for (Future<?> each : under) {
      try {
        each.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IllegalStateException("a visit failed", e.getCause());
      }
    }
  }
}
