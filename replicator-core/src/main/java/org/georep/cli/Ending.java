package org.georep.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How the process ends: by itself, or asked by SIGTERM, SIGINT or SIGHUP. Then the verb that runs
 * is told, its end is awaited, and its exit code is the process's, not the signal's.
 */
final class Ending {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Runnable stop;
  private boolean asking;
  private volatile int code = 1;
  private final boolean hearsSignals;

  private Ending(boolean hearsSignals) {
    this.hearsSignals = hearsSignals;
  }

  /** Returns that of this process. */
  static Ending ofProcess() {
    return new Ending(true);
  }

  /** Returns one that only hears {@link #requestStop}. */
  static Ending onRequest() {
    return new Ending(false);
  }

  /**
   * Has this called, once, by another thread, when the process is asked to end, or now if it was.
   * From then on a signal no longer ends the process by itself.
   */
  void onStop(Runnable action) {
    boolean now;
    synchronized (this) {
      if (stop == null && hearsSignals) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::ask, "georep-ending"));
      }
      stop = action;
      now = asking;
    }
    if (now) {
      action.run();
    }
  }

  /** Asks the verb that runs to end, and waits for it; then ends the process. */
  private void ask() {
    requestStop();
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        code = 1;
      }
    } catch (InterruptedException e) {
      code = 1;
    }
    halt(code);
  }

  /** Asks the verb that runs to end. */
  void requestStop() {
    Runnable action;
    synchronized (this) {
      asking = true;
      action = stop;
    }
    asked.countDown();
    if (action != null) {
      action.run();
    }
  }

  /** Returns whether it was asked to end. */
  boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** Waits until asked to end, for at most a time; whether it was asked. */
  boolean awaitStop(Duration time) throws InterruptedException {
    return asked.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends the process as it is, and waits for nothing. */
  void halt(int exitCode) {
    Runtime.getRuntime().halt(exitCode);
  }

  /** Ends the process. */
  void exit(int exitCode) {
    code = exitCode;
    ended.countDown();
    System.exit(exitCode);
  }
}
