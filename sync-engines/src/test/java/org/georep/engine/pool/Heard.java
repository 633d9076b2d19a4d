package org.georep.engine.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.georep.engine.DataListener;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.Gfid;
import org.georep.testing.Waits;

/** Keeps what a listener heard. */
final class Heard implements DataListener {
  private final Map<FileJob, List<Outcome>> outcomes = new HashMap<>();
  private final List<String> events = new ArrayList<>();

  @Override
  public synchronized void touched(long batch, Collection<Gfid> directories) {
    events.add("touched " + batch);
  }

  @Override
  public synchronized void ended(FileJob job, Outcome outcome) {
    outcomes.computeIfAbsent(job, any -> new ArrayList<>()).add(outcome);
    events.add("ended " + job.batch());
  }

  synchronized List<String> events() {
    return List.copyOf(events);
  }

  synchronized int size() {
    return outcomes.values().stream().mapToInt(List::size).sum();
  }

  /** Waits for a job's end. */
  Outcome of(FileJob job) throws Exception {
    Waits.until("the job ended: " + job, () -> has(job));
    synchronized (this) {
      List<Outcome> all = outcomes.get(job);
      if (all.size() != 1) {
        throw new AssertionError("ended more than once: " + all);
      }
      return all.get(0);
    }
  }

  private synchronized boolean has(FileJob job) {
    return outcomes.containsKey(job);
  }
}
