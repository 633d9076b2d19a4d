package org.georep.secondary;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.georep.protocol.Frame;

/** Requests that arrived and wait for their turn, still as bytes. */
final class RequestQueue {
  /** How many bytes may wait; what the replicator may have under way fits. */
  static final long CAPACITY = 48L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private long bytes;
  private boolean closed;

  /** Adds one when there is room; drops it once closed. */
  void add(Frame frame) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && bytes > 0 && bytes + frame.length() > CAPACITY) {
        changed.await();
      }
      if (!closed) {
        frames.add(frame);
        bytes += frame.length();
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next one; nothing once closed, whatever still waits. */
  Optional<Frame> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && frames.isEmpty()) {
        changed.await();
      }
      if (closed) {
        return Optional.empty();
      }
      Frame frame = frames.remove();
      bytes -= frame.length();
      changed.signalAll();
      return Optional.of(frame);
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
