package org.georep.replicator.worker;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Wakes the worker's one thread: new records, ended transfers, a request to stop. Waking twice
 * before it looks counts once.
 */
public final class Signal {
  private final Semaphore raised = new Semaphore(0);

  /** Wakes the waiting thread, or lets its next wait return at once. */
  public void raise() {
    if (raised.availablePermits() == 0) {
      raised.release();
    }
  }

  /** Waits until raised, or for at most this long. */
  public void await(Duration atMost) throws InterruptedException {
    if (raised.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      raised.drainPermits();
    }
  }
}
