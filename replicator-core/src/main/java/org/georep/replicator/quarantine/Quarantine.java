package org.georep.replicator.quarantine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.georep.posix.Libc;

/**
 * The entries of one session that could not be applied.
 *
 * <p>Guarantees: what was reported stays, through any crash, until it is resolved: both are durable
 * when the call returns. A crash in between leaves the state before the call (a torn line is not
 * believed) or after it; so a resolved entry may come back and be tried once more, which is
 * harmless. When a call throws, either may be there, and the next one that succeeds puts memory and
 * file in step again. Memory is bounded by the capacity: a session that fails at more entries than
 * that has to stop. The file is bounded too: it is rewritten when most of its lines are out of
 * date.
 *
 * <p>Times are of the given clock; entries due again are decided by the caller's. Safe for any
 * number of threads; one process at a time writes (the session's lock).
 */
public final class Quarantine implements AutoCloseable {
  /** How many entries a session may have when nothing else is said. */
  public static final int DEFAULT_CAPACITY = 100_000;

  private static final long SLACK = 1_000;

  private final Clock clock;
  private final int capacity;
  private final QuarantineFile file;
  private final Map<Subject, QuarantineEntry> entries;
  private long lines;
  private boolean inStep;
  private boolean closed;

  private Quarantine(
      Clock clock, int capacity, QuarantineFile file, Map<Subject, QuarantineEntry> entries) {
    this.clock = clock;
    this.capacity = capacity;
    this.file = file;
    this.entries = entries;
  }

  /**
   * Opens a session's quarantine, empty if there is no file.
   *
   * @param capacity how many entries it may hold, 1 or more
   * @throws IOException if the file is there and cannot be read or written
   */
  public static Quarantine open(Libc libc, Path path, Clock clock, int capacity)
      throws IOException {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is 1 or more, not " + capacity);
    }
    QuarantineFile file = new QuarantineFile(libc, path);
    Map<Subject, QuarantineEntry> entries = new LinkedHashMap<>(file.read());
    Quarantine quarantine = new Quarantine(clock, capacity, file, entries);
    quarantine.rewrite();
    return quarantine;
  }

  /**
   * Returns what is in a quarantine that another process may be writing, in the order it came.
   *
   * @throws IOException if the file cannot be read
   */
  public static List<QuarantineEntry> read(Libc libc, Path path) throws IOException {
    return List.copyOf(new QuarantineFile(libc, path).read().values());
  }

  /**
   * Takes in a failure, or counts one more try of what is in already.
   *
   * @throws QuarantineFullException if there is no room
   * @throws IOException if it cannot be made durable
   */
  public void report(Failure failure) throws IOException {
    report(List.of(failure));
  }

  /** Takes in failures with one write, see {@link #report(Failure)}. */
  public synchronized void report(Collection<Failure> failures) throws IOException {
    Instant now = clock.instant();
    Map<Subject, QuarantineEntry> changed = new LinkedHashMap<>();
    for (Failure failure : failures) {
      QuarantineEntry before =
          changed.getOrDefault(failure.subject(), entries.get(failure.subject()));
      changed.put(failure.subject(), next(before, failure, now));
    }
    long fresh = changed.keySet().stream().filter(subject -> !entries.containsKey(subject)).count();
    if (entries.size() + fresh > capacity) {
      throw new QuarantineFullException(capacity);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    changed.values().forEach(entry -> out.writeBytes(QuarantineLine.entry(entry)));
    entries.putAll(changed);
    append(out.toByteArray(), changed.size());
  }

  private static QuarantineEntry next(
      @org.jspecify.annotations.Nullable QuarantineEntry before, Failure failure, Instant now) {
    if (before == null) {
      return new QuarantineEntry(failure, now, now, 1, now.plus(Backoff.after(1, failure)));
    }
    long tries = before.tries() + 1;
    Failure known =
        new Failure(
            failure.subject(),
            failure.path().or(before.failure()::path),
            failure.reason(),
            failure.errno(),
            failure.place().or(before.failure()::place));
    return new QuarantineEntry(
        known, before.first(), now, tries, now.plus(Backoff.after(tries, known)));
  }

  /**
   * Lets something go: it was applied, or is gone on the primary. Silent if it is not in.
   *
   * @throws IOException if that cannot be made durable
   */
  public void resolved(Subject subject) throws IOException {
    resolved(List.of(subject));
  }

  /** Lets several go with one write, see {@link #resolved(Subject)}. */
  public synchronized void resolved(Collection<? extends Subject> subjects) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Set<Subject> gone = new LinkedHashSet<>();
    for (Subject subject : subjects) {
      if (entries.containsKey(subject) && gone.add(subject)) {
        out.writeBytes(QuarantineLine.resolved(subject));
      }
    }
    if (!gone.isEmpty()) {
      entries.keySet().removeAll(gone);
      append(out.toByteArray(), gone.size());
    }
  }

  private void append(byte[] more, long count) throws IOException {
    if (closed) {
      throw new IOException("The quarantine is closed.");
    }
    if (!inStep || lines + count > 2L * entries.size() + SLACK) {
      rewrite();
      return;
    }
    inStep = false;
    file.append(more);
    lines += count;
    inStep = true;
  }

  /** After a failed write the file may end in a torn line: then it is not appended to. */
  private void rewrite() throws IOException {
    inStep = false;
    file.rewrite(entries.values());
    lines = entries.size();
    inStep = true;
  }

  /**
   * Returns entries whose next try has come, the longest due first.
   *
   * @param most how many at most, 1 or more
   */
  public synchronized List<QuarantineEntry> due(Instant now, int most) {
    List<QuarantineEntry> due = new ArrayList<>();
    for (QuarantineEntry entry : entries.values()) {
      if (!entry.next().isAfter(now)) {
        due.add(entry);
      }
    }
    due.sort(Comparator.comparing(QuarantineEntry::next));
    return List.copyOf(due.subList(0, Math.min(most, due.size())));
  }

  /** Returns all entries whose next try has come, the longest due first. */
  public List<QuarantineEntry> due(Instant now) {
    return due(now, Integer.MAX_VALUE);
  }

  /** Makes every entry due now; not durable, a restart tries them when they were due before. */
  public void retryAll() {
    retry(entry -> true);
  }

  /**
   * Makes some entries due now, as {@link #retryAll()} does.
   *
   * @return how many
   */
  public synchronized int retry(Predicate<QuarantineEntry> which) {
    Instant now = clock.instant();
    int[] count = {0};
    entries.replaceAll(
        (subject, entry) -> {
          if (!which.test(entry)) {
            return entry;
          }
          count[0]++;
          return new QuarantineEntry(
              entry.failure(), entry.first(), entry.last(), entry.tries(), now);
        });
    return count[0];
  }

  /**
   * Lets some entries go although they were not applied: they do not hold stime back any more, and
   * the next change or crawl that meets them decides anew.
   *
   * @return how many
   * @throws IOException if that cannot be made durable
   */
  public synchronized int drop(Predicate<QuarantineEntry> which) throws IOException {
    List<Subject> gone =
        entries.values().stream().filter(which).map(entry -> entry.failure().subject()).toList();
    resolved(gone);
    return gone.size();
  }

  /** Returns whether something is in. */
  public synchronized boolean contains(Subject subject) {
    return entries.containsKey(Objects.requireNonNull(subject, "subject is null"));
  }

  /** Returns how many entries it has. */
  public synchronized int size() {
    return entries.size();
  }

  /** Returns all entries, in the order they came. */
  public synchronized List<QuarantineEntry> entries() {
    return List.copyOf(entries.values());
  }

  /** Returns the first entries, in the order they came. */
  public synchronized List<QuarantineEntry> entries(int most) {
    return entries.values().stream().limit(most).toList();
  }

  /** Closes its file; everything is durable already. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    file.close();
  }
}
