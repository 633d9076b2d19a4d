package org.georep.protocol;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Frames waiting to be written. Whoever adds to a full one waits. Contents go only when nothing
 * else waits, one frame at a time, so that they hold up a request by one frame and no more; credits
 * bound how many there are. Of pongs only the last one asked for is kept, so that a flood of pings
 * fills nothing.
 */
final class FrameQueue {
  /** How many bytes may wait: one frame more than this at the most. */
  private static final long CAPACITY = 32L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private final ArrayDeque<Frame> contents = new ArrayDeque<>();
  private OptionalLong pong = OptionalLong.empty();
  private long bytes;
  private boolean finished;
  private boolean closed;

  /** Adds a frame, when there is room; returns false if it is finished or closed. */
  boolean add(Frame frame) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (bytes > CAPACITY && !finished) {
        changed.await();
      }
      if (finished) {
        return false;
      }
      frames.add(frame);
      bytes += frame.length();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Adds a frame of contents; returns false if it is finished or closed. */
  boolean addContent(Frame frame) {
    lock.lock();
    try {
      if (finished) {
        return false;
      }
      contents.add(frame);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  void pong(long id) {
    lock.lock();
    try {
      pong = OptionalLong.of(id);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next frame, for at most the given time, or until it is finished. */
  Optional<Frame> next(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (nothingWaits() && !finished && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (pong.isPresent()) {
        Frame frame = Frame.pong(pong.getAsLong());
        pong = OptionalLong.empty();
        return Optional.of(frame);
      }
      if (frames.isEmpty()) {
        return Optional.ofNullable(contents.poll());
      }
      Frame frame = frames.remove();
      bytes -= frame.length();
      changed.signalAll();
      return Optional.of(frame);
    } finally {
      lock.unlock();
    }
  }

  private boolean nothingWaits() {
    return frames.isEmpty() && contents.isEmpty() && pong.isEmpty();
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return nothingWaits();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more frames; those that wait can still be taken out. */
  void finish() {
    lock.lock();
    try {
      finished = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether nothing waits and nothing will. */
  boolean isFinished() {
    lock.lock();
    try {
      return finished && frames.isEmpty() && contents.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits and takes no more. */
  void close() {
    lock.lock();
    try {
      finished = true;
      closed = true;
      frames.clear();
      contents.clear();
      bytes = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it is closed, for at most the given time; returns whether it is. */
  boolean awaitClosed(long time, TimeUnit unit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = unit.toNanos(time);
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return closed;
    } finally {
      lock.unlock();
    }
  }
}
