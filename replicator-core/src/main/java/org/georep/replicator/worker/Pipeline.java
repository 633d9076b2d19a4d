package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.georep.changelog.capture.DrainMarks;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.engine.pool.DataPool;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.Reply;
import org.georep.replicator.apply.Barriers;
import org.georep.replicator.apply.BatchLedger;
import org.georep.replicator.apply.DataPhase;
import org.georep.replicator.apply.EntryPhase;
import org.georep.replicator.apply.Step;
import org.georep.replicator.apply.StepResult;
import org.georep.replicator.crawl.JournalIntake;
import org.georep.replicator.crawl.MappedFiles;
import org.georep.replicator.crawl.ToList;
import org.georep.replicator.failpoint.ReplicatorFailpoint;
import org.georep.replicator.plan.DirtySet;
import org.georep.replicator.volume.PrimaryTree;

/**
 * One connection's worth of replication: from the journal and the crawl, through entries, metadata
 * and data, to the barrier.
 *
 * <p>It is a loop of steps. A step takes what is dirty (records, names left over from the last
 * step, entries due for another try) and directories to be listed (those the agent says are
 * incomplete, those whose digest differs), carries out their entry phase and hands the contents
 * that are needed to the pool. It does not wait for contents: the next step begins at once, until
 * the contents under way reach their bound. About once a second, and when it falls quiet, a barrier
 * makes what is complete durable and moves stime.
 *
 * <p>Everything here is lost in a crash and nothing of it is missed: the journal is read again from
 * the position of the last barrier, incomplete directories are marked on the secondary, and
 * failures are in the quarantine. For one thread.
 */
public final class Pipeline {
  private static final int LOOKS = 4_000;
  private static final int LISTS = 500;
  private static final int FILES_UNDER_WAY = 8_000;

  /** A run that is to end does not wait for room on the secondary for ever. */
  private static final int BARRIERS_ONCE = 10;

  /** After a change an event of it is in the kernel's queue, unless the machine is very busy. */
  private static final Duration QUEUED_LATE = Duration.ofMillis(50);

  private static final Duration CHECK_EVERY = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofSeconds(2);

  /** Why it ended. */
  public enum End {
    /** It was asked to. */
    STOPPED,
    /** It was to run once, and the secondary is in step. */
    IN_STEP
  }

  private final PipelineParts parts;
  private final PrimaryTree tree;
  private final EntryPhase entries;
  private final DataPhase contents;
  private final DataPool pool;
  private final BatchLedger ledger = new BatchLedger();
  private final Barriers barriers;
  private final Failures failures;
  private final Optional<JournalIntake> intake;
  private final CrawlRun crawl;
  private final MappedFiles mapped;
  private final Meter meter;
  private final Clock clock;
  private final Signal signal;

  private final ToList toList = new ToList();

  /** Of those to be listed, those below which everything is; for as long as there are any. */
  private final Set<Gfid> wholly = new HashSet<>();

  private DirtySet carried = new DirtySet();
  private long batch;
  private boolean probe = true;
  private boolean caughtUp;
  private boolean turned;
  private boolean full;
  private Optional<String> large = Optional.empty();

  /** The last mark read while a crawl held stime: true when that crawl has ended. */
  private Optional<Instant> heldMark = Optional.empty();

  private long checked = System.nanoTime() - CHECK_EVERY.toNanos();
  private volatile boolean stopping;

  /** A mark of this time was made when the kernel's queue had been emptied after the beginning. */
  private final Instant begun;

  /** Makes it for a connection whose greeting is done. */
  public Pipeline(PipelineParts parts) throws IOException {
    this.parts = parts;
    this.tree = parts.tree();
    this.mapped = MappedFiles.on(tree);
    this.contents = parts.contents();
    this.entries = new EntryPhase(tree, parts.agent(), parts.filter(), contents);
    this.pool = parts.pool();
    this.failures = new Failures(tree, parts.quarantine(), parts.meter(), parts.clock());
    this.intake = parts.intake();
    this.meter = parts.meter();
    this.clock = parts.clock();
    this.begun = clock.instant().minus(DrainMarks.MARGIN);
    this.signal = parts.signal();
    this.barriers =
        new Barriers(
            parts.agent(),
            entries,
            contents,
            ledger,
            parts.states(),
            attention(),
            failures::oldest,
            parts.start(),
            signal::raise,
            parts.once() ? BARRIERS_ONCE : Integer.MAX_VALUE,
            parts.prompt() ? DrainMarks.MARGIN.minus(QUEUED_LATE) : Duration.ZERO);
    this.crawl = new CrawlRun(parts, toList);
    parts.agent().whenLost(signal::raise);
  }

  private Barriers.Attention attention() {
    return new Barriers.Attention() {
      @Override
      public void failed(List<Reply.Failure> some) throws IOException {
        failures.report(some);
      }

      @Override
      public Optional<Instant> failing() {
        return failures.oldestRecent();
      }

      @Override
      public void astray(List<Place> names) {
        names.forEach(carried::addName);
      }
    };
  }

  /** Asks it to end soon. From any thread. */
  public void stop() {
    stopping = true;
    signal.raise();
  }

  /** Runs until stopped or, if it is to run once, in step. */
  public End run() throws IOException, InterruptedException {
    if (parts.once()) {
      parts.capture().requestMark(); // what changed before is to be in the journal before the end
    }
    if (parts.gapAtStart().isPresent()) {
      crawl.fillGap(parts.gapAtStart().get(), barriers.stime());
    }
    while (!stopping) {
      parts.agent().requireLink();
      check();
      boolean worked = news();
      if (contents.files() < FILES_UNDER_WAY) {
        worked |= step();
      }
      boolean quiet = !worked && contents.files() == 0;
      worked |= barriers.advance(quiet, crawl.isRunning(), intake.isEmpty(), clock.instant());
      failures.covered(barriers.covered());
      parts.verify().durable(barriers.claimed());
      report();
      if (!worked && isInStep()) {
        if (turned) {
          turned = false;
          meter.turns.incrementAndGet();
        }
        if (parts.once() || isLastTurn()) {
          return End.IN_STEP;
        }
      }
      crawl.sweepIfDue(barriers.stime(), parts.verify().takeSweep());
      if (parts.verify().takeMarkWanted() || (!worked && waitsForLimbo())) {
        parts.capture().requestMark();
      }
      if (!worked && !parts.capture().arm()) {
        signal.await(pause());
      }
    }
    barriers.finish();
    return End.STOPPED;
  }

  /** Nothing but a mark is missing for what left to go. */
  private boolean waitsForLimbo() {
    return parts.prompt() && barriers.limbo() > 0;
  }

  private boolean isLastTurn() {
    return parts.turns().isPresent() && meter.turns.get() >= parts.turns().getAsInt();
  }

  private void check() throws IOException, InterruptedException {
    if (System.nanoTime() - checked >= CHECK_EVERY.toNanos()) {
      checked = System.nanoTime();
      large = failures.trouble();
      tree.check();
      parts.capture().keepAlive();
    }
  }

  /** Takes note of contents that ended, and hands on those whose pause is over. */
  private boolean news() throws IOException, InterruptedException {
    boolean any = false;
    for (DataPhase.Ended ended : contents.drainEnded()) {
      failures.ended(ended);
      if (ended.outcome() instanceof Outcome.Gone) {
        ended.names().forEach(carried::addName);
      }
      ReplicatorFailpoint.CONTENTS_NOTED.reached();
      any = true;
    }
    List<FileJob> due = contents.due();
    if (!due.isEmpty()) {
      pool.submit(due);
      any = true;
    }
    return any;
  }

  private boolean step() throws IOException, InterruptedException {
    DirtySet dirty = carried;
    carried = new DirtySet();
    Optional<Instant> mark = Optional.empty();
    int records = 0;
    if (intake.isPresent()) {
      records = intake.get().read(dirty, LOOKS);
      ReplicatorFailpoint.STEP_READ.reached();
      mark = intake.get().mark();
      if (mark.isPresent()) {
        mapped.addTo(dirty, clock.instant());
      }
      if (intake.get().gap().isPresent()) {
        heldMark = Optional.empty();
        crawl.fillGap(intake.get().gap().get(), barriers.stime());
      }
      caughtUp |= dirty.size() < LOOKS;
    }
    failures.retry(dirty, toList, contents::isUnderWay);
    if (crawl.takeBegun()) {
      // Nobody lists the root's own name: its attributes go with the crawl.
      dirty.addAttributes(tree.rootGfid(), Optional.empty());
    }
    List<FileJob> jobs = new ArrayList<>(crawl.walk());
    jobs.addAll(parts.verify().take(dirty, batch + 1));
    List<Gfid> lists = toList.take(LISTS);
    boolean ask = probe || !dirty.isEmpty() || !lists.isEmpty();
    if (!ask && jobs.isEmpty() && records == 0) {
      probe = crawl.endIfWalked(batch, toList.isEmpty());
      return probe || crawl.isWalking();
    }
    boolean first = probe;
    probe = false;
    batch++;
    Set<Gfid> listed = Set.of();
    if (ask) {
      if (!dirty.isEmpty() || !lists.isEmpty()) {
        meter.busy(); // before the agent is asked: it may never answer
      }
      meter.entriesInFlight.set(
          dirty.size() - dirty.attributes().size() - dirty.contents().size() + lists.size());
      meter.attributesInFlight.set(dirty.attributes().size());
      StepResult result =
          entries.run(new Step(batch, dirty, lists, wholly, !crawl.isRunning()), this::handOver);
      ReplicatorFailpoint.STEP_ANSWERED.reached();
      turned |= result.looks() > 0;
      apply(result, lists, first);
      jobs.addAll(crawl.met(result));
      listed = result.listed();
      barriers.worked(batch);
      meter.entriesInFlight.set(0);
      meter.attributesInFlight.set(0);
    }
    handOver(jobs);
    record(mark, listed);
    probe = crawl.endIfWalked(batch, toList.isEmpty());
    return true;
  }

  private void apply(StepResult result, List<Gfid> lists, boolean probed) throws IOException {
    meter.step(result);
    if (!lists.isEmpty()) {
      crawl.listed(result.looks());
    }
    failures.step(batch, result);
    ReplicatorFailpoint.STEP_NOTED.reached();
    for (Gfid gfid : result.incomplete()) {
      if (!failures.isUnlistable(gfid) && !crawl.keeps(gfid, probed)) {
        toList.add(gfid);
      }
    }
    // Backwards, for the one added last comes first.
    for (int i = result.left().size() - 1; i >= 0; i--) {
      toList.add(result.left().get(i));
    }
    for (Gfid gfid : result.wholly()) {
      wholly.add(gfid);
      toList.add(gfid);
    }
    for (Place place : result.loops()) {
      addChain(place);
    }
  }

  /**
   * A name whose directory lies beneath what belongs there: the chain above it goes first, down to
   * the name.
   */
  private void addChain(Place place) throws IOException {
    List<Place> chain = new ArrayList<>(List.of(place));
    try {
      Optional<Place> up = tree.place(place.directory());
      while (up.isPresent() && chain.size() < 10_000) {
        chain.add(up.get());
        up = tree.place(up.get().directory());
      }
    } catch (PosixException e) {
      failures.report(place, e);
    }
    for (int i = chain.size() - 1; i >= 0; i--) {
      carried.addName(chain.get(i));
    }
  }

  private void handOver(List<FileJob> jobs) throws InterruptedException {
    if (!jobs.isEmpty()) {
      for (FileJob job : jobs) {
        List<Place> places = tree.soughtAt(job.gfid());
        if (!places.isEmpty()) {
          contents.sought(job.gfid(), places);
        }
      }
      List<FileJob> now =
          contents.take(
              jobs.stream()
                  .map(
                      job ->
                          new FileJob(batch, job.gfid(), job.size(), job.have(), job.sameToken()))
                  .toList());
      pool.submit(now);
      ReplicatorFailpoint.STEP_HANDED_OVER.reached();
      barriers.worked(batch);
      meter.busy();
    }
  }

  private void record(Optional<Instant> mark, Iterable<Gfid> listed) {
    boolean held = crawl.holdsStime();
    Optional<Instant> known = mark.or(() -> heldMark);
    heldMark = held ? known : Optional.empty();
    ledger.add(
        batch,
        clock.instant(),
        held ? Optional.empty() : intake.map(Pipeline::reached),
        held ? Optional.empty() : known.or(crawl::markOfLast),
        listed);
    if (toList.isEmpty() && carried.isEmpty()) {
      wholly.clear();
      ledger.settle();
      contents.searched();
    }
  }

  private static BatchLedger.Reached reached(JournalIntake journal) {
    return new BatchLedger.Reached(journal.position(), journal.capture());
  }

  private boolean isInStep() {
    return !crawl.isRunning()
        && toList.isEmpty()
        && carried.isEmpty()
        && contents.files() == 0
        && !contents.hasNews()
        && !failures.isRecovering()
        && !probe
        && barriers.isInStep(intake.isEmpty(), begun);
  }

  /** Nothing is under way, in limbo or in quarantine; a mark that is read does not count. */
  private boolean isIdle() {
    return contents.files() == 0
        && !contents.hasNews()
        && barriers.isDurable()
        && toList.isEmpty()
        && carried.isEmpty()
        && !crawl.isRunning()
        && failures.isEmpty();
  }

  private void report() {
    barriers.takeLast().ifPresent(meter::barrier);
    meter.filesRemaining.set(contents.files());
    meter.bytesRemaining.set(contents.bytes());
    meter.limbo.set(barriers.limbo());
    meter.stime(barriers.stime());
    if (full && barriers.trouble().isEmpty()) {
      failures.retryAll(); // what waited for it need not wait for its turn
    }
    full = barriers.trouble().isPresent();
    meter.trouble(barriers.trouble().or(() -> large.filter(some -> !failures.isEmpty())));
    barriers.heartbeat().ifPresent(mark -> meter.heartbeat(mark, isIdle()));
    if (crawl.isRunning()) {
      meter.crawl(Meter.Crawl.HYBRID, crawl.progress());
    } else {
      meter.crawl(caughtUp ? Meter.Crawl.CHANGELOG : Meter.Crawl.HISTORY, null);
    }
  }

  /** Records, answers and requests raise the signal; what is left is due by the clock. */
  private Duration pause() {
    if (contents.files() > 0) {
      return Duration.ofMillis(50);
    }
    if (waitsForLimbo()) {
      return Duration.ofMillis(100);
    }
    return intake.isPresent() && isIdle() && !barriers.isDeferred() ? IDLE : Duration.ofMillis(500);
  }
}
