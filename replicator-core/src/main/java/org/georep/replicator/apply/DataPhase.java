package org.georep.replicator.apply;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
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
 * ends, under the later batch. What the earlier batch asked for is not forgotten by that: it stays
 * outstanding until a transfer that began after it was asked for has brought contents, or the file
 * was changed after that, so that no stime before the change waits for it. A file that changed
 * while it was read, or failed for a passing reason, is tried again after a pause that grows: with
 * its size, so that a large hot file is not sent over and over, and with each try.
 *
 * <p>A file that is looked for by its names, and was at none of them, need not be gone: a directory
 * above it may have another name, of which no look has told yet. It stays outstanding until those
 * names were looked at again ({@link #searched}), which finds it, or that it is gone, or has the
 * directory listed wherever that is by then.
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
   * @param names the names the file was looked at under; those to be looked at again, if it is gone
   *     from where it was looked for
   */
  public record Ended(FileJob job, Outcome outcome, Set<Place> names) {}

  /** A file's transfer, and the earliest batch for which it brings contents. */
  private record Turn(FileJob job, long since) {}

  /** A turn that begins at a moment; {@code settled} if the batches before need no longer wait. */
  private record Waiting(long atNanos, FileJob job, boolean settled)
      implements Comparable<Waiting> {
    @Override
    public int compareTo(Waiting other) {
      return Long.compare(atNanos - other.atNanos, 0);
    }
  }

  private final Runnable wake;
  private final Consumer<Outcome.Published> arrived;

  @GuardedBy("this")
  private final TreeMap<Long, Integer> outstanding = new TreeMap<>();

  @GuardedBy("this")
  private final Map<Gfid, Turn> running = new HashMap<>();

  @GuardedBy("this")
  private final Map<Gfid, Turn> again = new HashMap<>();

  @GuardedBy("this")
  private final Map<Gfid, Integer> tries = new HashMap<>();

  @GuardedBy("this")
  private final Map<Gfid, Set<Place>> names = new HashMap<>();

  /** Where files under way are looked for; nothing of those that are found by identity. */
  @GuardedBy("this")
  private final Map<Gfid, Collection<Place>> sought = new HashMap<>();

  /** What was found at none of its names, and the earliest batch for which it was asked for. */
  @GuardedBy("this")
  private final Map<Gfid, Long> lost = new HashMap<>();

  /** A batch for each look at attributes that was made at the wrong names. */
  @GuardedBy("this")
  private final List<Long> missed = new ArrayList<>();

  @GuardedBy("this")
  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();

  @GuardedBy("this")
  private final Deque<Ended> ended = new ArrayDeque<>();

  @GuardedBy("this")
  private final List<Long> unnoted = new ArrayList<>();

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
   * @param arrived is told, on any thread and at once, of contents that were published for good
   */
  public DataPhase(Runnable wake, Consumer<Outcome.Published> arrived) {
    this.wake = wake;
    this.arrived = arrived;
  }

  /**
   * Takes jobs on; returns those to be handed to the pool now. The others wait for their file's
   * present transfer.
   */
  public synchronized List<FileJob> take(Collection<FileJob> jobs) {
    List<FileJob> now = new ArrayList<>(jobs.size());
    for (FileJob job : jobs) {
      if (running.containsKey(job.gfid())) {
        Turn former = again.get(job.gfid());
        if (former == null) {
          owe(job.batch());
        }
        again.put(job.gfid(), new Turn(job, former == null ? job.batch() : former.since()));
      } else {
        Long since = lost.remove(job.gfid());
        if (since == null) {
          owe(job.batch());
        }
        start(new Turn(job, since == null ? job.batch() : since));
        now.add(job);
      }
    }
    return now;
  }

  @GuardedBy("this")
  private void start(Turn turn) {
    running.put(turn.job().gfid(), turn);
    bytesRunning += Math.max(0, turn.job().size());
  }

  @GuardedBy("this")
  private void owe(long batch) {
    outstanding.merge(batch, 1, Integer::sum);
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
    boolean changed = outcome instanceof Outcome.Changed;
    boolean failed = outcome instanceof Outcome.Failed;
    boolean passing = outcome instanceof Outcome.Retry;
    if (again.containsKey(job.gfid()) && !failed && !passing) {
      // It arrived, or was changed since: what was asked for meanwhile is all that is outstanding.
      tries.remove(job.gfid());
      boolean settled = !isLost(job, outcome);
      waiting.add(new Waiting(System.nanoTime(), replace(job, settled), false));
      return;
    }
    if (changed || passing || (failed && again.containsKey(job.gfid()))) {
      int tried = tries.merge(job.gfid(), 1, Integer::sum);
      if (changed || tried < TRIES) {
        long pause = pause(job, tried, changed).toNanos();
        waiting.add(new Waiting(System.nanoTime() + pause, job, changed));
        return;
      }
    }
    forget(
        job,
        outcome instanceof Outcome.Retry last
            ? new Outcome.Failed(last.errno(), last.reason())
            : outcome);
  }

  /**
   * Ends it for good. What failed counts as outstanding until somebody took note of it, or a stime
   * could pass it before it is in quarantine.
   */
  @GuardedBy("this")
  private void forget(FileJob job, Outcome outcome) {
    tries.remove(job.gfid());
    long since = stop(job).since();
    Turn next = again.remove(job.gfid());
    if (next != null) {
      finish(next.since());
    }
    Set<Place> known = names.getOrDefault(job.gfid(), Set.of());
    if (isLost(job, outcome)) {
      known = new LinkedHashSet<>(known);
      known.addAll(sought.getOrDefault(job.gfid(), Set.of()));
      lost.put(job.gfid(), since);
    }
    names.remove(job.gfid());
    sought.remove(job.gfid());
    ended.add(new Ended(job, outcome, known));
    if (outcome instanceof Outcome.Published published) {
      arrived.accept(published);
    }
    if (outcome instanceof Outcome.Failed) {
      unnoted.add(since);
    } else if (!lost.containsKey(job.gfid())) {
      finish(since);
    }
  }

  @GuardedBy("this")
  private boolean isLost(FileJob job, Outcome outcome) {
    return outcome instanceof Outcome.Gone && sought.containsKey(job.gfid());
  }

  /** These are the names by which contents of this file, about to be asked for, are looked for. */
  public synchronized void sought(Gfid file, Collection<Place> places) {
    sought.put(file, places);
  }

  /**
   * Something whose attributes this batch waits for was looked for by names, and was at none of
   * them: they are about to be looked at again.
   */
  synchronized void missed(long batch) {
    owe(batch);
    missed.add(batch);
  }

  /**
   * The names of what was lost or missed were looked at again, as far as this object has told of
   * it, and whatever had to be listed for their sake was listed. What was found and is needed has
   * been asked for.
   */
  public synchronized void searched() {
    missed.forEach(this::finish);
    missed.clear();
    if (!lost.isEmpty()) {
      Set<Gfid> untold = new HashSet<>();
      ended.forEach(some -> untold.add(some.job().gfid()));
      for (Iterator<Map.Entry<Gfid, Long>> each = lost.entrySet().iterator(); each.hasNext(); ) {
        Map.Entry<Gfid, Long> file = each.next();
        if (!untold.contains(file.getKey())) {
          finish(file.getValue());
          each.remove();
        }
      }
    }
  }

  /**
   * Names wait for contents of this file, which are about to be handed over or under way. If those
   * fail, the names have failed too: an agent started since does not know that they wait.
   */
  synchronized void awaited(Gfid file, Set<Place> places) {
    names.merge(file, Set.copyOf(places), DataPhase::union);
  }

  /**
   * These names wait for it, too: they were looked at after its contents were handed over, which
   * may have ended by now. To be told before what ended is asked for.
   */
  synchronized void awaitedToo(Gfid file, Set<Place> places) {
    if (running.containsKey(file)) {
      awaited(file, places);
      return;
    }
    for (int left = ended.size(); left > 0; left--) {
      Ended some = ended.remove();
      if (some.job().gfid().equals(file) && some.outcome() instanceof Outcome.Failed) {
        some = new Ended(some.job(), some.outcome(), union(some.names(), places));
      }
      ended.add(some);
    }
  }

  private static Set<Place> union(Set<Place> some, Set<Place> more) {
    Set<Place> all = new LinkedHashSet<>(some);
    all.addAll(more);
    return all;
  }

  @GuardedBy("this")
  private Turn stop(FileJob job) {
    bytesRunning -= Math.max(0, job.size());
    return Objects.requireNonNull(running.remove(job.gfid()), "not under way");
  }

  /**
   * Has what was asked for meanwhile take a file's turn.
   *
   * @param settled whether what it replaces need not be waited for
   */
  @GuardedBy("this")
  private FileJob replace(FileJob job, boolean settled) {
    Turn next = Objects.requireNonNull(again.remove(job.gfid()), "not asked for again");
    Turn former = stop(job);
    if (settled) {
      finish(former.since());
      start(next);
    } else {
      finish(next.since());
      start(new Turn(next.job(), former.since()));
    }
    return next.job();
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
      Waiting next = waiting.remove();
      due.add(
          again.containsKey(next.job().gfid()) ? replace(next.job(), next.settled()) : next.job());
    }
    return due;
  }

  /**
   * Returns what ended for good since this was last asked. The caller takes note of failures before
   * it asks how far batches are done.
   */
  public synchronized List<Ended> drainEnded() {
    List<Ended> all = List.copyOf(ended);
    ended.clear();
    unnoted.forEach(this::finish);
    unnoted.clear();
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
    return running.values().stream().mapToLong(turn -> turn.job().size()).max().orElse(0);
  }

  /** Returns about how many bytes are outstanding. */
  public synchronized long bytes() {
    return bytesRunning;
  }
}
