package org.georep.replicator.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.georep.changelog.capture.host.CapturePulse;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.replicator.crawl.CrawlProgress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what stands still on the primary's host: the process that captures, wherever it runs, and
 * a walk that hangs in one call of the kernel. The worker's thread may be the one that hangs, so it
 * is whoever writes the status that looks. What is found is told, in the status, as an event and in
 * the log; nothing is ended here. A capture that a monitor keeps, the monitor ends. Another may be
 * somebody's session in the foreground, stopped on purpose, and that one is named only.
 *
 * <p>Time is counted in looks, as in {@link Watchdog}. For any number of threads.
 */
final class Standstill implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Standstill.class);

  /** So many timeouts of the link something may stand still before that is told. */
  private static final int TOLD_AFTER = 2;

  private static final int QUESTIONS = 4;
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

  private final Optional<CapturePulse> pulse;
  private final JournalDirectory journal;
  private final boolean kept;
  private final Meter meter;
  private final Duration patience;
  private final Clock clock;
  private final Consumer<String> stalled;
  private long looked = System.nanoTime();
  private @Nullable CrawlProgress walk;
  private Duration walkStood = Duration.ZERO;
  private Optional<String> told = Optional.empty();
  private @Nullable Instant since;

  /**
   * Makes it.
   *
   * @param captured whether there is a capture to ask
   * @param kept whether a monitor ends a capture that hangs
   * @param timeout of the link, by which the patience is measured
   * @param stalled gets a sentence when something is found that was not before
   */
  Standstill(
      boolean captured,
      JournalDirectory journal,
      boolean kept,
      Meter meter,
      Duration timeout,
      Clock clock,
      Consumer<String> stalled) {
    this.pulse = captured ? Optional.of(new CapturePulse(journal)) : Optional.empty();
    this.journal = Objects.requireNonNull(journal, "journal is null");
    this.kept = kept;
    this.meter = Objects.requireNonNull(meter, "meter is null");
    this.patience = timeout.multipliedBy(TOLD_AFTER);
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.stalled = Objects.requireNonNull(stalled, "stalled is null");
  }

  /** Looks; returns what stands still, as a sentence with the next thing to do. */
  synchronized Optional<String> look() {
    long now = System.nanoTime();
    Duration step = Duration.ofNanos(Math.min(now - looked, LONGEST_LOOK.toNanos()));
    looked = now;
    Duration silence =
        pulse.map(each -> each.look(patience.dividedBy(QUESTIONS))).orElse(Duration.ZERO);
    Duration stood = walkStood(step);
    if (silence.compareTo(patience) >= 0) {
      return Optional.of(
          say("The process that captures this volume answers nothing since ", silence, capture()));
    }
    if (stood.compareTo(patience) >= 0) {
      return Optional.of(
          say(
              "The walk of the primary makes no progress since ",
              stood,
              ". If its disk hangs, the kernel's log says so: see dmesg."));
    }
    told = Optional.empty();
    since = null;
    return told;
  }

  private String say(String what, Duration lasted, String next) {
    Instant begun = since;
    if (begun == null || told.filter(last -> last.startsWith(what)).isEmpty()) {
      begun = clock.instant().minus(lasted).truncatedTo(ChronoUnit.SECONDS);
      since = begun;
    }
    String sentence = what + begun + next;
    if (!told.equals(Optional.of(sentence))) {
      told = Optional.of(sentence);
      log.warn("{}", sentence);
      stalled.accept(sentence);
    }
    return sentence;
  }

  private String capture() {
    return kept
        ? ". If it goes on like this the monitor ends it and starts it anew; nothing is to be done."
        : ". Nothing is known of changes meanwhile. See what holds it up, or kill it (fuser "
            + journal.path().resolve("lock")
            + " names it): this session then captures by itself, and walks the volume once.";
  }

  /** How long the walk, and the thread that walks, did not come round. */
  private Duration walkStood(Duration step) {
    CrawlProgress now = meter.progress().orElse(null);
    walkStood = now != null && now.equals(walk) ? walkStood.plus(step) : Duration.ZERO;
    walk = now;
    return walkStood;
  }

  @Override
  public synchronized void close() {
    pulse.ifPresent(CapturePulse::close);
  }
}
