package org.georep.changelog.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;

/**
 * Wakes a thread out of poll(2): for good, once raised, since the eventfd stays readable; or once,
 * with a nudge. Any thread may do either, also before the other polls and after it was closed.
 */
public final class StopSignal implements AutoCloseable {
  private final Libc libc;
  private final int descriptor;
  private volatile boolean raised;
  private boolean nudged;
  private boolean closed;

  /** Makes a signal that is not raised. */
  public StopSignal(Libc libc) throws PosixException {
    this.libc = libc;
    this.descriptor = libc.eventfd();
  }

  /** Returns the descriptor to poll for reading. */
  public int descriptor() {
    return descriptor;
  }

  /** Returns whether it was raised. */
  public boolean raised() {
    return raised;
  }

  /** Raises it. */
  public synchronized void raise() {
    if (raised || closed) {
      return;
    }
    raised = true;
    signal();
  }

  /** Wakes the other once. */
  public synchronized void nudge() {
    if (!raised && !closed && !nudged) {
      nudged = true;
      signal();
    }
  }

  /** Returns whether there was a nudge; it is over then. By the thread that polls. */
  synchronized boolean takeNudge() throws PosixException {
    if (!nudged || raised || closed) {
      return false;
    }
    nudged = false;
    libc.read(descriptor, ByteBuffer.allocateDirect(Long.BYTES));
    return true;
  }

  private void signal() {
    ByteBuffer one = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    one.putLong(1).flip();
    try {
      libc.write(descriptor, one);
    } catch (PosixException e) {
      throw new IllegalStateException("an eventfd could not be written", e);
    }
  }

  @Override
  public synchronized void close() throws PosixException {
    if (!closed) {
      closed = true;
      libc.close(descriptor);
    }
  }
}
