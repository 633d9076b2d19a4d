package org.georep.engine.pool;

import java.util.ArrayList;
import java.util.List;
import org.georep.engine.FileJob;
import org.georep.name.Gfid;

/**
 * A file to be carried once for all the jobs that want it and had been submitted when it was begun.
 *
 * @param jobs at least one, all of one gfid, oldest first
 */
record Task(List<FileJob> jobs) {
  /** Copies its part. */
  Task {
    jobs = List.copyOf(jobs);
    if (jobs.isEmpty()) {
      throw new IllegalArgumentException("a task has at least one job");
    }
  }

  /** Returns this with one job more. */
  Task with(FileJob job) {
    List<FileJob> more = new ArrayList<>(jobs);
    more.add(job);
    return new Task(more);
  }

  /** Returns this with the jobs of a later one of the same file. */
  Task with(Task later) {
    List<FileJob> more = new ArrayList<>(jobs);
    more.addAll(later.jobs);
    return new Task(more);
  }

  Gfid gfid() {
    return jobs.get(0).gfid();
  }

  /** Returns the newest job, which knows best what the secondary has. */
  FileJob newest() {
    return jobs.get(jobs.size() - 1);
  }

  /** Returns the batch the agent is told: the latest, since limbo keeps longer for it. */
  long batch() {
    long batch = jobs.get(0).batch();
    for (FileJob job : jobs) {
      batch = Math.max(batch, job.batch());
    }
    return batch;
  }

  /** Returns the size to count with when work is divided; bytes. */
  long weight() {
    FileJob job = newest();
    return Math.max(0, job.size() >= 0 ? job.size() : job.have());
  }
}
