package org.georep.replicator.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Notices a stage that has work and makes no progress: an agent that lives but does not answer, a
 * data program that hangs. Keepalives do not see that, for the link itself is well.
 *
 * <p>Each stage is looked at from time to time. If its figure of progress stays the same for the
 * patience, and it had work all the while, that is told once, and the watchdog's duty is done: its
 * owner ends the connection, and the next one begins at the last barrier. Work on one large file
 * may show nothing for long (both sides hash it, or rsync compares it), so the patience grows with
 * the largest file under way, by a second for each {@value #BYTES_A_SECOND} bytes. One channel that
 * hangs while others go on is noticed when those have nothing left to do.
 *
 * <p>Time is counted in looks: a process that was stopped for an hour looks once, and goes on.
 */
final class Watchdog implements AutoCloseable {
  /** Slower than any disk or digest that works. */
  static final long BYTES_A_SECOND = 5L << 20;

  private static final int LOOKS = 20;

  /**
   * A stage at one moment.
   *
   * @param progress goes up whenever something came of the work
   * @param work how many pieces of work it has
   * @param largest bytes of the largest of them
   */
  record Look(long progress, long work, long largest) {}

  /**
   * A stage.
   *
   * @param name in words, for the sentence
   */
  record Stage(String name, Supplier<Look> look) {
    Stage {
      Objects.requireNonNull(name, "name is null");
      Objects.requireNonNull(look, "look is null");
    }
  }

  private static final class Watched {
    private final Stage stage;
    private long progress = -1;
    private int same;

    Watched(Stage stage) {
      this.stage = stage;
    }
  }

  private final List<Watched> stages = new ArrayList<>();
  private final Duration patience;
  private final Consumer<String> stalled;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Watchdog(Duration patience, List<Stage> stages, Consumer<String> stalled) {
    this.patience = patience;
    this.stalled = stalled;
    stages.forEach(stage -> this.stages.add(new Watched(stage)));
  }

  /**
   * Begins to watch, in a thread of its own.
   *
   * @param patience for a stage whose pieces of work are small; more than zero
   * @param stalled gets a sentence, in the watchdog's thread
   */
  static Watchdog start(Duration patience, List<Stage> stages, Consumer<String> stalled) {
    if (patience.isZero() || patience.isNegative()) {
      throw new IllegalArgumentException("a patience of " + patience);
    }
    Watchdog dog = new Watchdog(patience, stages, stalled);
    Thread thread = new Thread(dog::watch, "watchdog");
    thread.setDaemon(true);
    thread.start();
    return dog;
  }

  private void watch() {
    long interval = Math.max(1, patience.toNanos() / LOOKS);
    try {
      while (!closed.await(interval, TimeUnit.NANOSECONDS)) {
        for (Watched watched : stages) {
          if (isStalled(watched)) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isStalled(Watched watched) {
    Look now = watched.stage.look().get();
    if (now.work() == 0 || now.progress() != watched.progress) {
      watched.progress = now.progress();
      watched.same = 0;
      return false;
    }
    watched.same++;
    Duration limit = patience.plusSeconds(Math.max(0, now.largest()) / BYTES_A_SECOND);
    Duration lasted = patience.dividedBy(LOOKS).multipliedBy(watched.same);
    if (lasted.compareTo(limit) < 0) {
      return false;
    }
    stalled.accept(
        watched.stage.name()
            + " made no progress for "
            + lasted.toSeconds()
            + " s with work to do ("
            + now.work()
            + "): connecting again");
    return true;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
