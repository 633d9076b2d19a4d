package org.georep.connection;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A number of bytes that may be under way. One that is larger than all of it goes when nothing else
 * does. Those who wait go in the order they came.
 */
final class Window {
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition room = lock.newCondition();
  private final long size;
  private long used;
  private boolean closed;

  Window(long size) {
    this.size = size;
  }

  /** Waits for room and takes it; returns false if it is closed. */
  boolean take(long bytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && used > 0 && used + bytes > size) {
        room.await();
      }
      if (closed) {
        return false;
      }
      used += bytes;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void give(long bytes) {
    lock.lock();
    try {
      used = Math.max(0, used - bytes);
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets everyone go who waits, with nothing. */
  void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
