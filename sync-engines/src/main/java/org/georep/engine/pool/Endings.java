package org.georep.engine.pool;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.georep.engine.DataListener;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.Gfid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files one worker has taken and how they end: each exactly once, whatever happens to the
 * worker. For one thread.
 */
final class Endings {
  private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

  private final DataListener listener;
  private final DataQueue queue;
  private final Counters counters;
  private final Map<Gfid, Task> open = new LinkedHashMap<>();

  Endings(List<Task> tasks, DataListener listener, DataQueue queue, Counters counters) {
    this.listener = Objects.requireNonNull(listener, "listener is null");
    this.queue = Objects.requireNonNull(queue, "queue is null");
    this.counters = Objects.requireNonNull(counters, "counters is null");
    tasks.forEach(task -> open.put(task.gfid(), task));
  }

  /** Returns the files that have not ended. */
  List<Task> open() {
    return List.copyOf(open.values());
  }

  /** Returns whether the file has not ended. */
  boolean isOpen(Gfid gfid) {
    return open.containsKey(gfid);
  }

  /** Returns the task of a file that has not ended. */
  Task task(Gfid gfid) {
    return Objects.requireNonNull(open.get(gfid), "the file has ended");
  }

  /** Ends a file; silent if it has ended before. */
  void end(Gfid gfid, Outcome outcome) {
    Task task = open.remove(gfid);
    if (task != null) {
      report(task, outcome, listener, counters);
      queue.done(gfid);
    }
  }

  /** Ends all that have not. */
  void endAll(Outcome outcome) {
    open().forEach(task -> end(task.gfid(), outcome));
  }

  /** Lets go of those that have not ended, for another worker. */
  List<Task> release() {
    List<Task> rest = open();
    open.clear();
    return rest;
  }

  /**
   * Says that directories were touched by publishing files of the given tasks. Each batch that
   * waits for one of the files hears it, since each may be the first to be acknowledged.
   */
  void touched(Collection<Task> tasks, List<Gfid> directories) {
    if (directories.isEmpty()) {
      return;
    }
    Set<Long> batches = new LinkedHashSet<>();
    tasks.forEach(task -> task.jobs().forEach(job -> batches.add(job.batch())));
    for (long batch : batches) {
      try {
        listener.touched(batch, directories);
      } catch (RuntimeException e) {
        LOG.error("The listener of batch {} failed on touched directories.", batch, e);
      }
    }
  }

  /** Ends a task that no worker has taken. */
  static void report(Task task, Outcome outcome, DataListener listener, Counters counters) {
    counters.ended(outcome);
    for (FileJob job : task.jobs()) {
      try {
        listener.ended(job, outcome);
      } catch (RuntimeException e) {
        LOG.error("The listener failed on the end of {}.", job.gfid(), e);
      }
    }
  }

  /** Groups open tasks by the batch the agent is told. */
  static Map<Long, List<Task>> byBatch(Collection<Task> tasks) {
    Map<Long, List<Task>> groups = new HashMap<>();
    for (Task task : tasks) {
      groups.computeIfAbsent(task.batch(), any -> new java.util.ArrayList<>()).add(task);
    }
    return groups;
  }
}
