package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.protocol.Want;
import org.georep.replicator.apply.DataPhase;
import org.georep.replicator.apply.StepResult;
import org.georep.replicator.crawl.ToList;
import org.georep.replicator.plan.DirtySet;
import org.georep.replicator.quarantine.Failure;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineEntry;
import org.georep.replicator.quarantine.Subject;
import org.georep.replicator.volume.PrimaryDirectory;
import org.georep.replicator.volume.PrimaryTree;

/**
 * Between pipeline and quarantine: what failed goes in before a barrier can claim its batch, what
 * is due for another try becomes dirty again, and what succeeded comes out.
 *
 * <p>It comes out when a barrier has covered the batch in which it was well, and not before: until
 * then its contents may still be on their way, or be lost with the secondary's power, while its
 * record lies behind the journal's position. Quarantine is all that keeps it from being forgotten,
 * and stime from passing it. For one thread.
 */
final class Failures {
  private static final int RETRIES = 1_000;

  /** For so long what failed is about to be tried again: twice, at least. */
  private static final Duration SOON = Duration.ofMinutes(1);

  /** The step before it may have detached what it is about. */
  private static final Duration BEFORE = Duration.ofSeconds(5);

  private final PrimaryTree tree;
  private final Quarantine quarantine;
  private final Meter meter;
  private final Clock clock;
  private final Set<Gfid> unlistable = new HashSet<>();

  /** What the step under way tries again: if nothing comes of that, it is well, or gone. */
  private final Set<Subject> tried = new HashSet<>();

  /** What is well again, and since which batch; in quarantine until that is covered. */
  private final Map<Subject, Long> well = new HashMap<>();

  Failures(PrimaryTree tree, Quarantine quarantine, Meter meter, Clock clock) {
    this.tree = tree;
    this.quarantine = quarantine;
    this.meter = meter;
    this.clock = clock;
  }

  /** Takes note of a batch's step: what it looked at without failing is well again. */
  void step(long batch, StepResult result) throws IOException {
    Set<Subject> failed = new HashSet<>();
    for (Reply.Failure failure : result.failures()) {
      failure.place().map(Subject.Name::new).ifPresent(failed::add);
      failure.gfid().map(Subject.Inode::new).ifPresent(failed::add);
      report(failure);
    }
    if (!isEmpty()) {
      for (Place place : result.looked()) {
        Subject name = new Subject.Name(place);
        if (!failed.contains(name)) {
          well(name, batch);
        }
      }
      for (QuarantineEntry entry : quarantine.entries()) {
        Subject subject = entry.failure().subject();
        if (!failed.contains(subject) && result.listed().contains(listing(subject))) {
          well(subject, batch);
        }
      }
      // Where contents are needed, those decide.
      result.needed().forEach(gfid -> failed.add(new Subject.Inode(gfid)));
      for (Subject subject : tried) {
        if (!failed.contains(subject)) {
          well(subject, batch);
        }
      }
    }
    tried.clear();
  }

  private void well(Subject subject, long batch) {
    if (quarantine.contains(subject)) {
      well.putIfAbsent(subject, batch);
      if (subject instanceof Subject.Inode inode) {
        unlistable.remove(inode.gfid());
      }
    }
  }

  /** A barrier covered this batch and those before it: what was well by then comes out. */
  void covered(long batch) throws IOException {
    if (well.isEmpty()) {
      return;
    }
    List<Subject> out = new ArrayList<>();
    well.forEach(
        (subject, since) -> {
          if (since <= batch) {
            out.add(subject);
          }
        });
    quarantine.resolved(out);
    out.forEach(well::remove);
  }

  /** Returns whether something is well again that no barrier has covered yet. */
  boolean isRecovering() {
    return !well.isEmpty();
  }

  /** Returns the directory whose listing looks at this: a name's directory, a directory itself. */
  private static Gfid listing(Subject subject) {
    return subject instanceof Subject.Name name
        ? name.place().directory()
        : ((Subject.Inode) subject).gfid();
  }

  /** Takes note of what failed besides a step. */
  void report(List<Reply.Failure> failures) throws IOException {
    for (Reply.Failure failure : failures) {
      report(failure);
    }
  }

  /** Takes note of a name whose way from the root cannot be read. */
  void report(Place place, PosixException cause) throws IOException {
    report(
        new Subject.Name(place),
        cause.errno(),
        "cannot be read on the primary: " + cause.getMessage());
  }

  private void report(Reply.Failure failure) throws IOException {
    Optional<Subject> subject =
        failure
            .place()
            .<Subject>map(Subject.Name::new)
            .or(() -> failure.gfid().map(Subject.Inode::new));
    if (subject.isEmpty()) {
      throw new IOException("a failure is about nothing: " + failure.reason());
    }
    if (failure.place().isEmpty()) {
      failure.gfid().ifPresent(unlistable::add);
    }
    report(subject.get(), failure.errno(), failure.reason());
  }

  private void report(Subject subject, int errno, String reason) throws IOException {
    report(subject, errno, reason, Optional.empty());
  }

  private void report(Subject subject, int errno, String reason, Optional<Place> place)
      throws IOException {
    well.remove(subject);
    meter.failures.incrementAndGet();
    quarantine.report(new Failure(subject, path(subject), reason, errno, place));
  }

  private Optional<EntryPath> path(Subject subject) throws IOException {
    try {
      if (subject instanceof Subject.Name name) {
        return above(name.place().directory()).map(path -> path.resolve(name.place().name()));
      }
      return tree.path(((Subject.Inode) subject).gfid());
    } catch (PosixException e) {
      return Optional.empty(); // what fails need not say where it is
    }
  }

  private Optional<EntryPath> above(Gfid directory) throws IOException {
    return directory.equals(tree.rootGfid()) ? Optional.of(EntryPath.ROOT) : tree.path(directory);
  }

  /** Takes note of contents that ended. */
  void ended(DataPhase.Ended ended) throws IOException {
    Gfid gfid = ended.job().gfid();
    Outcome outcome = ended.outcome();
    if (outcome instanceof Outcome.Failed failed) {
      Subject.Inode inode = new Subject.Inode(gfid);
      if (ended.names().size() == 1) {
        report(inode, failed.errno(), failed.reason(), ended.names().stream().findFirst());
        return;
      }
      report(inode, failed.errno(), failed.reason());
      for (Place name : ended.names()) {
        report(new Subject.Name(name), failed.errno(), failed.reason());
      }
      return;
    }
    if (!isEmpty()) {
      well(new Subject.Inode(gfid), ended.job().batch());
    }
  }

  /**
   * Makes what is due for another try dirty again.
   *
   * @param underWay whether contents of this file are on their way: their end decides
   */
  void retry(DirtySet dirty, ToList toList, Predicate<Gfid> underWay) throws IOException {
    if (isEmpty()) {
      return;
    }
    for (QuarantineEntry entry : quarantine.due(clock.instant(), RETRIES)) {
      if (well.containsKey(entry.failure().subject())) {
        continue;
      }
      meter.quarantineRetries.incrementAndGet();
      if (entry.failure().subject() instanceof Subject.Name name) {
        dirty.addName(name.place());
        // A directory that came from outside had to be listed; a name does not tell which that is.
        dirty.addSubtree(name.place());
        tried.add(name);
      } else if (entry.failure().subject() instanceof Subject.Inode inode
          && !underWay.test(inode.gfid())) {
        entry.failure().place().ifPresent(dirty::addName);
        retry(inode, entry.failure().path(), dirty, toList);
      }
    }
  }

  /** What kept entries from being applied is gone: all of them are tried again soon. */
  void retryAll() {
    quarantine.retryAll();
  }

  private void retry(Subject.Inode inode, Optional<EntryPath> known, DirtySet dirty, ToList toList)
      throws IOException {
    Gfid gfid = inode.gfid();
    unlistable.remove(gfid);
    Optional<EntryState> state;
    try {
      state = tree.look(gfid, Optional.empty());
    } catch (PosixException e) {
      // Not even its attributes can be read: the try as contents fails and is counted there.
      dirty.addContents(gfid, Optional.empty());
      return;
    }
    if (state.isEmpty() && tree.looksByName()) {
      // It need not be gone: it may have another name by now, or none that this process knows.
      tree.soughtAt(gfid).forEach(dirty::addName);
      name(gfid, known).ifPresent(dirty::addName);
      dirty.addDoubt(gfid); // if it is a directory: its dirty names were not looked at, perhaps
      dirty.addContents(gfid, Optional.empty());
      tried.add(inode);
    } else if (state.isEmpty()) {
      quarantine.resolved(inode);
    } else if (state.get().isDirectory() && isOutside(gfid)) {
      // It may come back, also into one the agent still has, above it or in limbo: then only a
      // doubt there says that it has to be listed.
      dirty.addDoubt(gfid);
      tried.add(inode);
    } else if (state.get().isDirectory()) {
      toList.add(gfid);
    } else {
      dirty.addContents(gfid, Optional.empty());
      // An agent started since does not know that a name waits for these contents.
      name(gfid, known).ifPresent(dirty::addName);
      tried.add(inode);
    }
  }

  /** One that cannot be asked for is tried, and fails, as a listing. */
  private boolean isOutside(Gfid directory) throws IOException {
    try {
      PrimaryTree.Found found = tree.directory(directory);
      if (found instanceof PrimaryTree.Found.Inside inside) {
        inside.directory().close();
      }
      return found instanceof PrimaryTree.Found.Outside;
    } catch (PosixException e) {
      return false;
    }
  }

  private Optional<Place> name(Gfid file, Optional<EntryPath> known) throws IOException {
    Optional<Place> now = place(file);
    if (now.isPresent() || known.isEmpty() || known.get().isRoot()) {
      return now;
    }
    List<FileName> names = known.get().names();
    Gfid at = tree.rootGfid();
    for (FileName name : names.subList(0, names.size() - 1)) {
      Optional<Gfid> below = directory(new Place(at, name));
      if (below.isEmpty()) {
        return Optional.empty();
      }
      at = below.get();
    }
    return Optional.of(new Place(at, names.get(names.size() - 1)));
  }

  private Optional<Place> place(Gfid file) throws IOException {
    try {
      return tree.place(file);
    } catch (PosixException e) {
      return Optional.empty();
    }
  }

  private Optional<Gfid> directory(Place place) throws IOException {
    try {
      if (tree.directory(place.directory()) instanceof PrimaryTree.Found.Inside inside) {
        try (PrimaryDirectory directory = inside.directory()) {
          if (directory.look(place.name()) instanceof Want.Present present
              && present.state().isDirectory()) {
            return Optional.of(present.state().gfid());
          }
        }
      }
    } catch (PosixException e) {
      return Optional.empty(); // then a listing has to find the file
    }
    return Optional.empty();
  }

  /**
   * Whether listing this directory failed: it is tried again from quarantine, not each time the
   * agent misses it. Not any more when it has left quarantine, or is about to: then nobody else
   * would try.
   */
  boolean isUnlistable(Gfid directory) {
    return unlistable.contains(directory) && quarantine.contains(new Subject.Inode(directory));
  }

  /** Returns since when the oldest entry has failed. */
  Optional<Instant> oldest() {
    return isEmpty()
        ? Optional.empty()
        : quarantine.entries().stream().map(QuarantineEntry::first).min(Comparator.naturalOrder());
  }

  /**
   * Returns since when the oldest of those has failed that are about to be tried again, and a
   * little before; not of those for which there is no room, which what leaves makes.
   */
  Optional<Instant> oldestRecent() {
    Instant from = clock.instant().minus(SOON);
    return isEmpty()
        ? Optional.empty()
        : quarantine.entries().stream()
            .filter(entry -> !entry.failure().isWantOfRoom())
            .map(QuarantineEntry::first)
            .filter(from::isBefore)
            .min(Comparator.naturalOrder())
            .map(first -> first.minus(BEFORE));
  }

  /**
   * Returns what to do about entries that find no room there, if there are any: one larger than all
   * that is left, or a quota, does not make the file system full.
   */
  Optional<String> trouble() {
    List<QuarantineEntry> large =
        isEmpty()
            ? List.of()
            : quarantine.entries().stream()
                .filter(entry -> entry.failure().isWantOfRoom())
                .toList();
    if (large.isEmpty()) {
      return Optional.empty();
    }
    String first = large.get(0).failure().path().map(path -> ", " + path + " first").orElse("");
    return Optional.of(
        "The secondary has no room for "
            + large.size()
            + (large.size() == 1 ? " entry" : " entries")
            + " (see 'georep quarantine list'"
            + first
            + "): the rest goes on. Free space there, or enlarge it; what waits is tried every"
            + " minute");
  }

  boolean isEmpty() {
    return quarantine.size() == 0;
  }
}
