package org.georep.replicator.monitor;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.georep.replicator.worker.Signal;
import org.jspecify.annotations.Nullable;

/**
 * A process that is kept: a child of this one, or one that outlived the monitor that started it.
 * Its end raises a signal. For one thread.
 */
final class Charge {
  /** So long one that was asked may take to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final ProcessHandle handle;
  private final @Nullable Process child;
  private final long begun = System.nanoTime();
  private long asked;
  private boolean stopping;

  private Charge(ProcessHandle handle, @Nullable Process child, Signal signal) {
    this.handle = handle;
    this.child = child;
    CompletableFuture<Void> unused = handle.onExit().thenRun(signal::raise);
  }

  static Charge child(Process process, Signal signal) {
    return new Charge(process.toHandle(), process, signal);
  }

  static Charge adopted(ProcessHandle process, Signal signal) {
    return new Charge(process, null, signal);
  }

  long pid() {
    return handle.pid();
  }

  boolean isAlive() {
    return child == null ? handle.isAlive() : child.isAlive();
  }

  /** How it ended; nothing if that cannot be told, or it has not. */
  OptionalInt exitCode() {
    return child == null || child.isAlive()
        ? OptionalInt.empty()
        : OptionalInt.of(child.exitValue());
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  boolean isStopping() {
    return stopping;
  }

  /**
   * Ends it, whatever it does: of a process that was given the same id since nothing is touched.
   */
  void kill() {
    handle.destroyForcibly();
  }

  /** Asks it to end; called again after a while, ends it. */
  void stop() {
    if (!stopping) {
      stopping = true;
      asked = System.nanoTime();
      handle.destroy();
    } else if (System.nanoTime() - asked > PATIENCE.toNanos()) {
      handle.destroyForcibly();
    }
  }
}
