package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.georep.engine.FileJob;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.apply.Agent;
import org.georep.replicator.apply.StepResult;
import org.georep.replicator.crawl.CrawlProgress;
import org.georep.replicator.crawl.HybridCrawl;
import org.georep.replicator.crawl.ToList;
import org.georep.replicator.failpoint.ReplicatorFailpoint;
import org.georep.replicator.volume.MassDeleteException;
import org.georep.replicator.volume.PrimaryTree;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The crawl within a pipeline: when one begins, what it asks of the agent, when it has ended, and
 * what is held back until then.
 *
 * <p>It goes through <em>walking</em> (directories are met and compared, what differs is listed),
 * <em>ending</em> (the agent was told, and marks what was not met incomplete; that is listed too),
 * and <em>done</em>. A crawl that fills a gap holds position and stime until it is done; one that
 * merely sweeps does not. A gap that comes while one runs makes it begin again at the root. On a
 * secondary that is empty nothing has to be compared: listing the root makes every directory below
 * incomplete, and so listed.
 *
 * <p>While it walks a secondary that holds data, what it wants listed waits, and so does what was
 * incomplete when it began: a listing carries out what was deleted, and before that the {@link
 * org.georep.replicator.volume.DeleteBrake} is asked about all the walk did not find. What waits is
 * bounded ({@link HeldBack}): where more differs, the tree is walked again after the brake was
 * asked, and what differs then is listed at once. For one thread.
 */
final class CrawlRun {
  private static final Logger log = LoggerFactory.getLogger(CrawlRun.class);
  private static final int BUDGET = 4_000;
  private static final int LISTS_WAITING = 2_000;

  private enum Phase {
    WALKING,
    ENDING
  }

  private final PrimaryTree tree;
  private final PipelineParts parts;
  private final Agent agent;
  private final ToList toList;
  private final HeldBack held;
  private boolean fresh;
  private @Nullable HybridCrawl crawl;
  private Phase phase = Phase.WALKING;
  private boolean holds;
  private Optional<CompletableFuture<Reply>> comparing = Optional.empty();

  /** Whether the brake was asked, and the walk goes on to meet what was not held back. */
  private boolean asked;

  private Instant begun = Instant.EPOCH;
  private boolean justBegun;
  private @Nullable PosixException unreadable;
  private Optional<Instant> markOfLast = Optional.empty();
  private long lastEnded = System.nanoTime();
  private OptionalInt limit = OptionalInt.empty();
  private long limitFrom;
  private long limitSeen;

  CrawlRun(PipelineParts parts, ToList toList) {
    this.parts = parts;
    this.tree = parts.tree();
    this.agent = parts.agent();
    this.toList = toList;
    this.held = new HeldBack(HeldBack.MOST);
    this.fresh = parts.fresh();
  }

  /** Events are missing: everything is crawled, and nothing is claimed until that is done. */
  void fillGap(String reason, Optional<Instant> since) throws IOException, InterruptedException {
    log.info("crawling the whole volume: {}", reason);
    parts.meter().crawlReason(reason);
    holds = true;
    if (crawl == null) {
      begin(since);
      return;
    }
    // What it met before the gap may have left since, and nobody would know: it meets all again.
    if (fresh) {
      fresh = false;
    } else {
      crawl.forget();
    }
    crawl.again(tree.rootGfid());
    phase = Phase.WALKING;
    asked = false;
    agent.ask(new Request.CrawlBegin(), Reply.Done.class);
  }

  /**
   * Begins a crawl nothing asks for but its interval, which finds what no event told.
   *
   * @param now whether one is wanted before that
   */
  void sweepIfDue(Optional<Instant> since, boolean now) throws IOException, InterruptedException {
    boolean due =
        !parts.rescan().isZero() && System.nanoTime() - lastEnded >= parts.rescan().toNanos();
    if (crawl == null && (now || due)) {
      parts.meter().crawlReason(now ? "a comparison waits for it" : "its interval is over");
      begin(since);
    }
  }

  private void begin(Optional<Instant> since) throws IOException, InterruptedException {
    long expected =
        parts.meter().lastCrawlEntries() > 0
            ? parts.meter().lastCrawlEntries()
            : parts.expectedEntries();
    begun = parts.clock().instant();
    justBegun = true;
    unreadable = null;
    limitFrom = System.nanoTime();
    limitSeen = 0;
    phase = Phase.WALKING;
    asked = false;
    if (fresh) {
      crawl = HybridCrawl.ofListings(tree, parts.filter(), expected);
      toList.add(tree.rootGfid());
    } else {
      crawl = new HybridCrawl(tree, parts.filter(), since, expected);
      agent.ask(new Request.CrawlBegin(), Reply.Done.class);
    }
    parts.meter().crawl(Meter.Crawl.HYBRID, crawl.progress());
    ReplicatorFailpoint.CRAWL_BEGUN.reached();
  }

  /** Returns once for each crawl that it has begun. */
  boolean takeBegun() {
    boolean was = justBegun;
    justBegun = false;
    return was;
  }

  /** Returns whether there are directories yet to be entered, and nothing forbids to do so now. */
  boolean isWalking() {
    return crawl != null
        && phase == Phase.WALKING
        && !crawl.isWalked()
        && parts.crawlLimit().get().isEmpty();
  }

  boolean isRunning() {
    return crawl != null;
  }

  /** Returns whether position and stime have to stay where they are. */
  boolean holdsStime() {
    return crawl != null && holds;
  }

  /**
   * Walks on, and returns the files that have to be compared. Directories to be listed are added to
   * the list.
   */
  List<FileJob> walk() throws IOException, InterruptedException {
    if (crawl == null
        || phase != Phase.WALKING
        || crawl.isWalked()
        || toList.size() > LISTS_WAITING) {
      return List.of();
    }
    int budget = allowed();
    if (budget == 0) {
      return List.of();
    }
    HybridCrawl.Portion portion = crawl.next(budget);
    // The agent compares a portion while the next one is walked.
    Optional<CompletableFuture<Reply>> former = comparing;
    comparing =
        portion.digests().isEmpty()
            ? Optional.empty()
            : Optional.of(agent.send(new Request.Compare(portion.digests())));
    takeCompared(former);
    if (crawl.isWalked()) {
      takeCompared(comparing);
      comparing = Optional.empty();
    }
    for (HybridCrawl.Unreadable each : portion.failures()) {
      unreadable = each.cause();
      // It is looked at again as part of a listing or a name, and fails there by its own name.
      want(each.directory());
    }
    portion.toList().forEach(this::want);
    return suspects(portion.suspects());
  }

  private void takeCompared(Optional<CompletableFuture<Reply>> answer)
      throws IOException, InterruptedException {
    if (answer.isPresent()) {
      Agent.await(answer.get(), Reply.Different.class).directories().forEach(this::want);
    }
  }

  private void want(Gfid directory) {
    if (asked) {
      toList.add(directory);
    } else {
      held.add(directory);
    }
  }

  private int allowed() {
    OptionalInt now = parts.crawlLimit().get();
    if (!now.equals(limit)) {
      limit = now;
      limitFrom = System.nanoTime();
      limitSeen = 0;
    }
    if (now.isEmpty()) {
      return BUDGET;
    }
    double seconds = (System.nanoTime() - limitFrom) / 1e9;
    long may = (long) (seconds * now.getAsInt()) - limitSeen;
    int budget = (int) Math.max(0, Math.min(BUDGET, may));
    limitSeen += budget;
    return budget;
  }

  private List<FileJob> suspects(Set<Request.Suspect> suspects)
      throws IOException, InterruptedException {
    if (suspects.isEmpty()) {
      return List.of();
    }
    Map<Gfid, Long> sizes = new HashMap<>();
    suspects.forEach(suspect -> sizes.put(suspect.gfid(), suspect.size()));
    Reply.Different different =
        agent.ask(new Request.Suspects(List.copyOf(suspects)), Reply.Different.class);
    List<FileJob> jobs = new ArrayList<>();
    for (Gfid gfid : different.directories()) {
      long size = sizes.getOrDefault(gfid, -1L);
      jobs.add(new FileJob(0, gfid, size, size, true));
    }
    return jobs;
  }

  /**
   * Live records met these: directories are entered again, files that changed since the gap are
   * compared.
   */
  List<FileJob> met(StepResult result) throws IOException, InterruptedException {
    if (crawl == null || fresh) {
      return List.of();
    }
    if (phase == Phase.WALKING) {
      result.liveDirectories().forEach(directory -> crawl.again(directory.gfid()));
    }
    Set<Request.Suspect> suspects = new LinkedHashSet<>();
    for (EntryState file : result.liveFiles()) {
      if (crawl.isSince(file.ctime())) {
        suspects.add(new Request.Suspect(file.gfid(), file.ctime(), file.size()));
      }
    }
    return suspects(suspects);
  }

  /**
   * Keeps a directory that is incomplete from being listed before the walk has ended. One that a
   * record put in doubt is kept only where nothing is claimed meanwhile.
   *
   * @param before whether it was incomplete before anything was done by this connection
   */
  boolean keeps(Gfid incomplete, boolean before) {
    if (crawl == null || fresh || asked || phase != Phase.WALKING || crawl.isWalked()) {
      return false;
    }
    if (before) {
      held.add(incomplete);
    }
    return (before || holds) && held.contains(incomplete);
  }

  /** Directories were listed on its behalf. */
  void listed(long looks) {
    if (crawl != null) {
      crawl.countChanged(looks);
      if (fresh) {
        crawl.countSeen(looks);
      }
    }
  }

  /**
   * Goes on to the next phase when everything met is listed.
   *
   * @return whether the agent has to be asked once more what is incomplete
   */
  boolean endIfWalked(long batch, boolean allListed) throws IOException, InterruptedException {
    if (crawl == null || !crawl.isWalked()) {
      return false;
    }
    if (!held.isEmpty()) {
      Reply.Weighed weighed = agent.ask(new Request.Weigh(), Reply.Weighed.class);
      weigh(weighed);
      if (held.release(toList::add)) {
        log.info("more directories differ than are held back: walking the volume once more");
        asked = true;
        crawl.again(tree.rootGfid());
      }
      return true;
    }
    if (!allListed) {
      return false;
    }
    if (phase == Phase.WALKING && !fresh) {
      agent.ask(new Request.CrawlEnd(batch), Reply.Done.class);
      ReplicatorFailpoint.CRAWL_WALKED.reached();
      phase = Phase.ENDING;
      return true;
    }
    CrawlProgress progress = crawl.progress();
    parts.meter().crawlEnded(progress);
    log.info(
        "crawled {} entries in {} s, {} of them sent",
        progress.entriesSeen(),
        progress.elapsed().toMillis() / 1000.0,
        progress.entriesChanged());
    ReplicatorFailpoint.CRAWL_ENDED.reached();
    parts.brake().settled();
    crawl = null;
    fresh = false;
    holds = false;
    lastEnded = System.nanoTime();
    markOfLast = Optional.of(begun.minus(Duration.ofSeconds(2)));
    return true;
  }

  /** What could not be read counts as not found; then it is no sign of deletions. */
  private void weigh(Reply.Weighed weighed) throws IOException {
    try {
      parts.brake().check(weighed.leaving(), weighed.known(), weighed.most());
    } catch (MassDeleteException e) {
      if (unreadable != null) {
        throw unreadable;
      }
      throw e;
    }
  }

  /**
   * Returns the moment before which the last crawl covers everything, where there is no journal to
   * say so.
   */
  Optional<Instant> markOfLast() {
    return parts.intake().isEmpty() ? markOfLast : Optional.empty();
  }

  @Nullable CrawlProgress progress() {
    return crawl == null ? null : crawl.progress();
  }
}
