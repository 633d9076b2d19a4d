package org.georep.replicator.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.engine.Outcome;
import org.georep.replicator.apply.StepResult;
import org.georep.replicator.crawl.CrawlProgress;
import org.georep.replicator.crawl.RecordCounts;
import org.georep.status.report.LeaseReport;
import org.jspecify.annotations.Nullable;

/**
 * What a worker counts while it works, for its status: written by its thread, read by any. Counters
 * go on over reconnects; the last crawl's length is kept to estimate the next one.
 */
public final class Meter {
  /** What the worker is doing, in GlusterFS's words. */
  public enum Crawl {
    HYBRID("Hybrid Crawl"),
    HISTORY("History Crawl"),
    CHANGELOG("Changelog Crawl"),
    NONE("N/A");

    private final String text;

    Crawl(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Files whose contents were published, or found equal. */
  public final AtomicLong filesSynced = new AtomicLong();

  /** Bytes of the files published. */
  public final AtomicLong bytesSynced = new AtomicLong();

  /** Entries looked at and sent. */
  public final AtomicLong entries = new AtomicLong();

  /** Failures so far, each try counted. */
  public final AtomicLong failures = new AtomicLong();

  /** Crawls completed. */
  public final AtomicLong crawls = new AtomicLong();

  /** Files outstanding. */
  public final AtomicLong filesRemaining = new AtomicLong();

  /** Bytes outstanding. */
  public final AtomicLong bytesRemaining = new AtomicLong();

  /** Rounds that had something to do, each from the first change until in step again. */
  public final AtomicLong turns = new AtomicLong();

  /** Names and directories the step under way looks at. */
  public final AtomicLong entriesInFlight = new AtomicLong();

  /** Inodes whose attributes the step under way looks at. */
  public final AtomicLong attributesInFlight = new AtomicLong();

  /** Items in the secondary's limbo. */
  public final AtomicLong limbo = new AtomicLong();

  /** Names looked at and applied, and those that failed. */
  final AtomicLong entriesDone = new AtomicLong();

  final AtomicLong entriesFailed = new AtomicLong();

  /** Inodes looked at for their attributes and applied, and those that failed. */
  final AtomicLong attributesDone = new AtomicLong();

  final AtomicLong attributesFailed = new AtomicLong();

  /** Entries of the quarantine that were tried again. */
  final AtomicLong quarantineRetries = new AtomicLong();

  /** How often work stopped, to begin anew with another connection. */
  final AtomicLong connectionsLost = new AtomicLong();

  /** Barriers confirmed, and how long they took. */
  final AtomicLong barriers = new AtomicLong();

  final AtomicLong barrierNanos = new AtomicLong();

  /** Journal records read. */
  final RecordCounts records = new RecordCounts();

  /** What the data pools did. */
  final DataTotals contents = new DataTotals();

  /** What the crawls met. */
  final CrawlTotals crawled = new CrawlTotals();

  private volatile Crawl crawl = Crawl.NONE;
  private volatile @Nullable CrawlProgress progress;
  private volatile String crawlReason = "";
  private volatile Optional<Instant> stime = Optional.empty();
  private volatile Optional<Instant> heartbeat = Optional.empty();
  private volatile boolean inStep;
  private volatile Optional<String> fault = Optional.empty();
  private volatile Optional<String> trouble = Optional.empty();
  private volatile String secondary = "";
  private volatile boolean connected;
  private volatile boolean linkLost;
  private volatile boolean passive;
  private volatile Optional<LeaseReport> lease = Optional.empty();
  private volatile Runnable changed = () -> {};
  private volatile Duration lastCrawl = Duration.ZERO;
  private volatile long lastCrawlEntries;

  /** Says that the agent at this place is greeted and work goes on. */
  public void connected(String place) {
    secondary = place;
    fault = Optional.empty();
    connected = true;
    linkLost = false;
    passive = false;
    trouble = Optional.empty();
    changed.run();
  }

  /** Says that another worker of the pair is Active, and the agent at this place tells of it. */
  public void standsBy(String place) {
    boolean other = !passive || fault.isPresent();
    secondary = place;
    fault = Optional.empty();
    connected = true;
    linkLost = false;
    passive = true;
    if (other) {
      changed.run();
    }
  }

  /** Returns whether another worker of the pair is Active. */
  public boolean isPassive() {
    return passive;
  }

  /** Says who of a pair is Active. */
  public void lease(Optional<LeaseReport> holder) {
    lease = holder;
  }

  /** Returns who of a pair is Active; nothing where there is no pair. */
  public Optional<LeaseReport> lease() {
    return lease;
  }

  /**
   * Has this called by the worker's thread whenever its state, or what it crawls, has changed; must
   * not throw.
   */
  void onChange(Runnable listener) {
    changed = listener;
  }

  /** Says that the connection is gone, and why. */
  public void linkLost(String reason) {
    if (!secondary.isEmpty()) {
      linkLost = true;
    }
    faulty(reason);
  }

  /** Returns whether a connection had been made and is gone. */
  public boolean isLinkLost() {
    return linkLost;
  }

  /** Says that work stopped, and why. */
  public void faulty(String reason) {
    connectionsLost.incrementAndGet();
    crawled.ended();
    fault = Optional.of(reason);
    trouble = Optional.empty();
    crawl = Crawl.NONE;
    progress = null;
    inStep = false;
    changed.run();
  }

  /** Returns whether a connection was made since this was last asked. */
  boolean takeConnected() {
    boolean was = connected;
    connected = false;
    return was;
  }

  /** Returns why work stands still, if it does. */
  public Optional<String> fault() {
    return fault;
  }

  /** Says what the secondary suffers from while work goes on; empty if nothing. */
  public void trouble(Optional<String> reason) {
    trouble = reason;
  }

  /** Returns what the secondary suffers from while work goes on, if anything. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** Returns where the agent is; empty before the first connection. */
  public String secondary() {
    return secondary;
  }

  /** Says why the next crawl is begun, or the present one begins again. */
  void crawlReason(String reason) {
    crawlReason = reason;
  }

  /** Returns why the present or last crawl was begun; empty if there was none. */
  String crawlReason() {
    return crawlReason;
  }

  /** Says what the worker is doing. */
  public void crawl(Crawl now, @Nullable CrawlProgress how) {
    if (how != null) {
      crawled.reached(how);
    }
    boolean other = crawl != now;
    crawl = now;
    progress = how;
    if (other) {
      changed.run();
    }
  }

  /** Says that a crawl has ended. */
  public void crawlEnded(CrawlProgress how) {
    crawled.reached(how);
    crawled.ended();
    crawls.incrementAndGet();
    lastCrawl = how.elapsed();
    lastCrawlEntries = how.entriesSeen();
  }

  /** Takes note of what a step came to. */
  void step(StepResult result) {
    entries.addAndGet(result.looks());
    long names = result.failures().stream().filter(one -> one.place().isPresent()).count();
    long inodes = result.failures().size() - names;
    entriesFailed.addAndGet(names);
    attributesFailed.addAndGet(inodes);
    entriesDone.addAndGet(Math.max(0, result.names() - names));
    attributesDone.addAndGet(Math.max(0, result.inodes() - inodes));
  }

  /** Takes note of contents that were published; by any thread. */
  void arrived(Outcome.Published published) {
    filesSynced.incrementAndGet();
    bytesSynced.addAndGet(published.bytes());
  }

  /** Takes note of a barrier that was confirmed. */
  void barrier(Duration took) {
    barriers.incrementAndGet();
    barrierNanos.addAndGet(took.toNanos());
  }

  /** Says up to when the secondary is in step. */
  public void stime(Optional<Instant> value) {
    stime = value;
  }

  /**
   * Says that a mark went the whole way, and whether nothing was under way behind it.
   *
   * @param mark the mark that is durable on the secondary
   */
  public void heartbeat(Instant mark, boolean idle) {
    heartbeat = Optional.of(mark);
    inStep = idle;
  }

  /** Says that something is under way again, or may be. */
  public void busy() {
    inStep = false;
  }

  /** Returns what is another whenever something was counted or said, but for marks that passed. */
  Object glance() {
    return List.of(
        filesSynced.get(),
        bytesSynced.get(),
        entries.get(),
        failures.get(),
        crawls.get(),
        turns.get(),
        filesRemaining.get(),
        bytesRemaining.get(),
        entriesInFlight.get(),
        attributesInFlight.get(),
        limbo.get(),
        quarantineRetries.get(),
        connectionsLost.get(),
        crawl,
        Optional.ofNullable(progress),
        inStep,
        fault,
        trouble,
        secondary,
        passive,
        lease);
  }

  /** Returns what the worker is doing. */
  public Crawl crawl() {
    return crawl;
  }

  /** Returns how far the present crawl is, if there is one. */
  public Optional<CrawlProgress> progress() {
    return Optional.ofNullable(progress);
  }

  /** Returns stime. */
  public Optional<Instant> stime() {
    return stime;
  }

  /** Returns the last mark that went the whole way. */
  public Optional<Instant> heartbeat() {
    return heartbeat;
  }

  /** Returns whether nothing was under way when the last mark went the whole way, nor since. */
  public boolean isInStep() {
    return inStep;
  }

  /** Returns how long the last crawl took. */
  public Duration lastCrawl() {
    return lastCrawl;
  }

  /** Returns how many entries the last crawl met, 0 before the first. */
  public long lastCrawlEntries() {
    return lastCrawlEntries;
  }
}
