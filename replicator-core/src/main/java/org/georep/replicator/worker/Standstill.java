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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what stands still on the primary's host: the process that captures, wherever it runs, and
 * a call of the kernel in which the worker hangs. The worker's thread is the one that hangs, so it
 * is whoever writes the status that looks. What is found is told, in the status, as an event and in
 * the log.
 *
 * <p>A capture that a monitor keeps, the monitor ends. Another may be somebody's session in the
 * foreground, stopped on purpose, and that one is named only. A worker that a monitor keeps ends
 * itself when it has hung for twice as long, and is started anew; one whose call no signal
 * interrupts stays, since it goes on when the call does, and nobody could end it anyway. One in the
 * foreground is told of only: nobody would start it again.
 *
 * <p>Time is counted in looks, as in {@link Watchdog}. For any number of threads.
 */
final class Standstill implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Standstill.class);

  /** So many timeouts of the link something may stand still before that is told. */
  private static final int TOLD_AFTER = 2;

  /** So many times that before a worker ends itself. */
  private static final int GIVEN_UP_AFTER = 2;

  private static final int QUESTIONS = 4;
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

  private final Optional<CapturePulse> pulse;
  private final JournalDirectory journal;
  private final Optional<Consumer<String>> kept;
  private final HungCall hung;
  private final Duration patience;
  private final Clock clock;
  private final Consumer<String> stalled;
  private long looked = System.nanoTime();
  private Optional<String> told = Optional.empty();
  private @Nullable Instant since;
  private @Nullable String lastWords;

  /**
   * Makes it.
   *
   * @param captured whether there is a capture to ask
   * @param kept what ends this process with a sentence, if a monitor starts it again; it ends a
   *     capture that hangs, too
   * @param hung looks at the worker's threads
   * @param timeout of the link, by which the patience is measured
   * @param stalled gets a sentence when something is found that was not before
   */
  Standstill(
      boolean captured,
      JournalDirectory journal,
      Optional<Consumer<String>> kept,
      HungCall hung,
      Duration timeout,
      Clock clock,
      Consumer<String> stalled) {
    this.pulse = captured ? Optional.of(new CapturePulse(journal)) : Optional.empty();
    this.journal = Objects.requireNonNull(journal, "journal is null");
    this.kept = Objects.requireNonNull(kept, "kept is null");
    this.hung = Objects.requireNonNull(hung, "hung is null");
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
    Duration stood = hung.look(step);
    if (stood.compareTo(patience) >= 0) {
      endIfHopeless(stood);
      return Optional.of(
          say("The worker hangs in one call of the kernel" + call() + " since ", stood, disk()));
    }
    lastWords = null;
    if (silence.compareTo(patience) >= 0) {
      return Optional.of(
          say("The process that captures this volume answers nothing since ", silence, capture()));
    }
    told = Optional.empty();
    since = null;
    return told;
  }

  private String call() {
    return hung.name().map(name -> " (" + name + ")").orElse("");
  }

  private String disk() {
    return ". If a disk or a file server hangs, the kernel's log says so: see dmesg."
        + (kept.isPresent()
            ? " Where it can be ended, the worker ends if this goes on, and is started anew."
            : "");
  }

  /** The look after the one that says so, so that it is written down. */
  private void endIfHopeless(Duration stood) {
    if (kept.isEmpty() || stood.compareTo(patience.multipliedBy(GIVEN_UP_AFTER)) < 0) {
      return;
    }
    String last = lastWords;
    if (last != null) {
      kept.get().accept(last);
    } else if (!HungCall.canNotBeEnded()) {
      String sentence =
          "It hung in one call of the kernel"
              + call()
              + " for "
              + stood.toSeconds()
              + " s, and ended to be started anew. See dmesg for what its disk does.";
      lastWords = sentence;
      log.error("{}", sentence);
      stalled.accept(sentence);
    }
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
    return kept.isPresent()
        ? ". If it goes on like this the monitor ends it and starts it anew; nothing is to be done."
        : ". Nothing is known of changes meanwhile. See what holds it up, or kill it (fuser "
            + journal.path().resolve("lock")
            + " names it): this session then captures by itself, and walks the volume once.";
  }

  @Override
  public synchronized void close() {
    pulse.ifPresent(CapturePulse::close);
  }
}
