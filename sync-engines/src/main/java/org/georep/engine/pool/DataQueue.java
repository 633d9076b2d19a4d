package org.georep.engine.pool;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.georep.engine.FileJob;
import org.georep.name.Gfid;
import org.jspecify.annotations.Nullable;

/**
 * The staged queue: what waits, oldest first, and what is under way. A free worker takes what has
 * gathered. A file is never under way twice; what is submitted for it meanwhile waits until that
 * has ended, since it may mean contents that were not there yet when they were read. For any
 * thread.
 */
final class DataQueue {
  private final int mostWaiting;
  private final int mostFiles;
  private final long mostBytes;
  private final Map<Gfid, Task> waiting = new LinkedHashMap<>();
  private final Set<Gfid> underWay = new HashSet<>();
  private int jobsWaiting;
  private @Nullable String closed;

  /**
   * Makes an empty queue.
   *
   * @param mostWaiting jobs that may wait before {@link #add} does
   * @param mostFiles files taken at once
   * @param mostBytes bytes taken at once; a larger file is taken alone
   */
  DataQueue(int mostWaiting, int mostFiles, long mostBytes) {
    this.mostWaiting = mostWaiting;
    this.mostFiles = mostFiles;
    this.mostBytes = mostBytes;
  }

  /**
   * Adds jobs, all at once if there is room, so that a worker finds them gathered.
   *
   * @param patient whether to wait for room
   * @return how many were added: all of them, unless the queue is or was closed
   */
  synchronized int add(List<FileJob> jobs, boolean patient) throws InterruptedException {
    int added = 0;
    while (added < jobs.size() && closed == null) {
      if (patient && jobsWaiting >= mostWaiting) {
        notifyAll();
        wait();
        continue;
      }
      FileJob job = jobs.get(added);
      waiting.merge(job.gfid(), new Task(List.of(job)), Task::with);
      jobsWaiting++;
      added++;
    }
    notifyAll();
    return added;
  }

  /** Returns why the queue is closed; null if it is open. */
  synchronized @Nullable String closed() {
    return closed;
  }

  /** Waits for work; empty when the queue is closed. */
  synchronized List<Task> take() throws InterruptedException {
    while (closed == null) {
      List<Task> taken = gathered();
      if (!taken.isEmpty()) {
        notifyAll();
        return taken;
      }
      wait();
    }
    return List.of();
  }

  private List<Task> gathered() {
    List<Task> taken = new ArrayList<>();
    long bytes = 0;
    Iterator<Task> all = waiting.values().iterator();
    while (all.hasNext() && taken.size() < mostFiles) {
      Task task = all.next();
      if (underWay.contains(task.gfid())) {
        continue;
      }
      if (!taken.isEmpty() && bytes + task.weight() > mostBytes) {
        break;
      }
      all.remove();
      underWay.add(task.gfid());
      taken.add(task);
      jobsWaiting -= task.jobs().size();
      bytes += task.weight();
    }
    return taken;
  }

  /** Notes that a file is not under way any more. */
  synchronized void done(Gfid gfid) {
    underWay.remove(gfid);
    notifyAll();
  }

  /** Puts back what was taken but not begun, before what was submitted since. */
  synchronized void putBack(List<Task> tasks) {
    Map<Gfid, Task> rest = new LinkedHashMap<>(waiting);
    waiting.clear();
    for (Task task : tasks) {
      underWay.remove(task.gfid());
      Task later = rest.remove(task.gfid());
      waiting.put(task.gfid(), later == null ? task : task.with(later));
      jobsWaiting += task.jobs().size();
    }
    waiting.putAll(rest);
    notifyAll();
  }

  /**
   * Closes the queue: nothing is given out or accepted any more.
   *
   * @param reason for {@link #closed}; the first counts
   * @return what waited
   */
  synchronized List<Task> close(String reason) {
    List<Task> rest = List.copyOf(waiting.values());
    waiting.clear();
    jobsWaiting = 0;
    if (closed == null) {
      closed = reason;
    }
    notifyAll();
    return rest;
  }

  synchronized boolean idle() {
    return waiting.isEmpty() && underWay.isEmpty();
  }

  synchronized int waiting() {
    return waiting.size();
  }

  synchronized int underWay() {
    return underWay.size();
  }
}
