package org.georep.engine;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A request to stop, which ends what blocks by closing it under the blocked thread: a write into a
 * pipe heeds no interrupt. For any thread.
 */
public final class Stop {
  private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
  private volatile boolean requested;

  /** Something that is ended when the stop comes before {@link #close}. */
  public final class Guard implements AutoCloseable {
    private final Runnable kill;

    private Guard(Runnable kill) {
      this.kill = kill;
    }

    @Override
    public void close() {
      guards.remove(this);
    }
  }

  /**
   * Registers what ends a channel or process.
   *
   * @param kill may run in any thread, at once if the stop came already, and more than once
   */
  public Guard guard(Runnable kill) {
    Guard guard = new Guard(Objects.requireNonNull(kill, "kill is null"));
    guards.add(guard);
    if (requested) {
      kill.run();
    }
    return guard;
  }

  /** Requests the stop. */
  public void request() {
    requested = true;
    guards.forEach(guard -> guard.kill.run());
  }

  /** Returns whether it was requested. */
  public boolean requested() {
    return requested;
  }
}
