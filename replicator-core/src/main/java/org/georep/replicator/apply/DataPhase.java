package org.georep.replicator.apply;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.georep.engine.DataListener;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.Gfid;
import org.georep.name.Place;

/**
 * Keeps account of contents under way: which files of which batch are still outstanding, which are
 * to be tried again and when, and what publishing touched. A batch is done when nothing of it and
 * of those before it is outstanding.
 *
 * <p>A file asked for again while it is outstanding is handed on again when its present transfer
 * ends, under the later batch; until then it counts for both. A file that changed while it was
 * read, or failed for a passing reason, stays outstanding and is tried again after a pause that
 * grows: with its size, so that a large hot file is not sent over and over, and with each try.
 *
 * <p>The pool's threads report; one thread, the worker's, asks and submits.
 */
public final class DataPhase implements DataListener {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /**
   * A changed file rests one second for each so many bytes: about what reading and sending it
   * takes.
   */
  private static final long BYTES_PER_SECOND_OF_REST = 500L << 20;

  /** Passing failures in a row after which a file goes to quarantine, where it is tried on. */
  private static final int TRIES = 8;

  /**
   * What ended for good.
   *
   * @param names the names the file was looked at under, if it has several
   */
  public record Ended(FileJob job, Outcome outcome, Set<Place> names) {}

  private record Waiting(long atNanos, FileJob job) implements Comparable<Waiting> {
    @Override
    public int compareTo(Waiting other) {
      return Long.compare(atNanos - other.atNanos, 0);
    }
  }

  private final Runnable wake;

  @GuardedBy("this")
  private final TreeMap<Long, Integer> outstanding = new TreeMap<>();

  @GuardedBy("this")
  private final Map<Gfid, FileJob> running = new HashMap<>();

  @GuardedBy("this")
  private final Map<Gfid, FileJob> again = new HashMap<>();

  @GuardedBy("this")
  private final Map<Gfid, Integer> tries = new HashMap<>();

  @GuardedBy("this")
  private final Map<Gfid, Set<Place>> names = new HashMap<>();

  @GuardedBy("this")
  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();

  @GuardedBy("this")
  private final Deque<Ended> ended = new ArrayDeque<>();

  @GuardedBy("this")
  private final Set<Gfid> touched = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Set<Gfid> stale = new HashSet<>();

  @GuardedBy("this")
  private long bytesRunning;

  /**
   * Makes it with nothing outstanding.
   *
   * @param wake called, on any thread, when something ended
   */
  public DataPhase(Runnable wake) {
    this.wake = wake;
  }

  /**
   * Takes jobs on; returns those to be handed to the pool now. The others wait for their file's
   * present transfer.
   */
  public synchronized List<FileJob> take(Collection<FileJob> jobs) {
    List<FileJob> now = new ArrayList<>(jobs.size());
    for (FileJob job : jobs) {
      outstanding.merge(job.batch(), 1, Integer::sum);
      if (running.containsKey(job.gfid())) {
        FileJob former = again.put(job.gfid(), job);
        if (former != null) {
          finish(former.batch());
        }
      } else {
        start(job);
        now.add(job);
      }
    }
    return now;
  }

  @GuardedBy("this")
  private void start(FileJob job) {
    running.put(job.gfid(), job);
    bytesRunning += Math.max(0, job.size());
  }

  @GuardedBy("this")
  private void finish(long batch) {
    outstanding.computeIfPresent(batch, (b, count) -> count == 1 ? null : count - 1);
  }

  /**
   * This file was just looked at in the entry phase. Contents of it that are under way carry
   * attributes from before the look, and may land after those the look found: its attributes are
   * looked at once more when they have ended. To be told before the look is sent: afterwards they
   * might have ended already.
   */
  synchronized void looked(Gfid file) {
    if (running.containsKey(file)) {
      stale.add(file);
    }
  }

  @Override
  public synchronized void touched(long batch, Collection<Gfid> directories) {
    touched.addAll(directories);
  }

  @Override
  public void ended(FileJob job, Outcome outcome) {
    synchronized (this) {
      end(job, outcome);
    }
    wake.run();
  }

  @GuardedBy("this")
  private void end(FileJob job, Outcome outcome) {
    if (stale.remove(job.gfid())) {
      touched.add(job.gfid());
    }
    FileJob next = again.remove(job.gfid());
    if (next != null) {
      // Asked for again meanwhile: whatever came of this one, the next look at it decides.
      drop(job);
      start(next);
      waiting.add(new Waiting(System.nanoTime(), next));
      return;
    }
    boolean changed = outcome instanceof Outcome.Changed;
    if (changed || outcome instanceof Outcome.Retry) {
      int tried = tries.merge(job.gfid(), 1, Integer::sum);
      if (changed || tried < TRIES) {
        waiting.add(new Waiting(System.nanoTime() + pause(job, tried, changed).toNanos(), job));
        return;
      }
      drop(job);
      Outcome.Retry last = (Outcome.Retry) outcome;
      note(job, new Outcome.Failed(last.errno(), last.reason()));
      return;
    }
    drop(job);
    note(job, outcome);
  }

  @GuardedBy("this")
  private void note(FileJob job, Outcome outcome) {
    Set<Place> known = names.remove(job.gfid());
    ended.add(new Ended(job, outcome, known == null ? Set.of() : known));
  }

  /**
   * Names wait for contents of this file, which are about to be handed over or under way. If those
   * fail, the names have failed too: an agent started since does not know that they wait.
   */
  synchronized void awaited(Gfid file, Set<Place> places) {
    names.computeIfAbsent(file, none -> new LinkedHashSet<>()).addAll(places);
  }

  @GuardedBy("this")
  private void drop(FileJob job) {
    running.remove(job.gfid());
    tries.remove(job.gfid());
    bytesRunning -= Math.max(0, job.size());
    finish(job.batch());
  }

  private static Duration pause(FileJob job, int tried, boolean changed) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(tried - 1, 10));
    if (changed) {
      pause = pause.plusMillis(Math.max(0, job.size()) * 1000 / BYTES_PER_SECOND_OF_REST);
    }
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  /** Returns the jobs whose pause is over, to be handed to the pool. */
  public synchronized List<FileJob> due() {
    List<FileJob> due = new ArrayList<>();
    while (!waiting.isEmpty() && waiting.element().atNanos() - System.nanoTime() <= 0) {
      due.add(newest(waiting.remove().job()));
    }
    return due;
  }

  /** Returns what was asked for while the job waited for its turn, or the job. */
  @GuardedBy("this")
  private FileJob newest(FileJob job) {
    FileJob next = again.remove(job.gfid());
    if (next == null) {
      return job;
    }
    drop(job);
    start(next);
    return next;
  }

  /** Returns what ended for good since this was last asked. */
  public synchronized List<Ended> drainEnded() {
    List<Ended> all = List.copyOf(ended);
    ended.clear();
    return all;
  }

  /**
   * Returns what has to be looked at again since this was last asked: directories publishing
   * touched, files whose attributes may have been overtaken.
   */
  public synchronized List<Gfid> drainTouched() {
    List<Gfid> all = List.copyOf(touched);
    touched.clear();
    return all;
  }

  /**
   * Returns whether something ended, or directories were touched, that nobody has asked for yet.
   */
  public synchronized boolean hasNews() {
    return !ended.isEmpty() || !touched.isEmpty();
  }

  /** Returns whether nothing of batches up to this one is outstanding. */
  public synchronized boolean isDone(long batch) {
    return outstanding.isEmpty() || outstanding.firstKey() > batch;
  }

  /**
   * Returns the last batch of which, and before which, nothing is outstanding; {@code newest} if
   * nothing is at all.
   */
  public synchronized long doneUpTo(long newest) {
    return outstanding.isEmpty() ? newest : Math.min(newest, outstanding.firstKey() - 1);
  }

  /** Returns whether contents of this file are outstanding. */
  public synchronized boolean isUnderWay(Gfid file) {
    return running.containsKey(file);
  }

  /** Returns how many files are outstanding. */
  public synchronized int files() {
    return running.size();
  }

  /** Returns the size of the largest file outstanding, as far as known. */
  public synchronized long largest() {
    return running.values().stream().mapToLong(FileJob::size).max().orElse(0);
  }

  /** Returns about how many bytes are outstanding. */
  public synchronized long bytes() {
    return bytesRunning;
  }
}
