package org.georep.engine;

import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The bandwidth limit all workers share: a bucket that holds a tenth of a second. A program that
 * limits itself borrows its share, which the others then go without. The limit may change at any
 * time: who waits notices within a second, a program that borrowed when it is started again. For
 * any thread.
 */
public final class Throttle {
  /** What is asked for at once must fit into the smallest bucket in sensible use. */
  private static final int LEAST_BUCKET = 64 * 1024;

  private final LongSupplier limit;
  private final int shares;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition refilled = lock.newCondition();
  private int lent;
  private double available;
  private long filledAt = System.nanoTime();

  /**
   * Makes a limit.
   *
   * @param bytesPerSecond 0 for none; asked whenever something is to be sent
   * @param shares into how many equal parts it is divided for {@link #borrow}, at least 1
   */
  public Throttle(LongSupplier bytesPerSecond, int shares) {
    if (shares < 1) {
      throw new IllegalArgumentException("no shares: " + shares);
    }
    this.limit = Objects.requireNonNull(bytesPerSecond, "bytesPerSecond is null");
    this.shares = shares;
  }

  /** Returns whether there is a limit. */
  public boolean limits() {
    return limit.getAsLong() > 0;
  }

  /** Returns how many bytes should be asked for at once at most. */
  public int chunk() {
    return limits() ? LEAST_BUCKET : Integer.MAX_VALUE;
  }

  /**
   * Waits until so many bytes may be sent. A debt is allowed: who comes next pays it.
   *
   * @throws InterruptedIOException if interrupted; the thread stays so
   */
  public void take(int bytes) throws InterruptedIOException {
    if (!limits()) {
      return;
    }
    lock.lock();
    try {
      fill();
      while (available <= 0 && limits()) {
        long nanos = (long) (-available / rate() * 1e9) + 1;
        refilled.awaitNanos(Math.min(nanos, TimeUnit.SECONDS.toNanos(1)));
        fill();
      }
      available -= bytes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while held back by the bandwidth limit");
    } finally {
      lock.unlock();
    }
  }

  private void fill() {
    long now = System.nanoTime();
    double most = Math.max(LEAST_BUCKET, rate() / 10.0);
    available = Math.min(most, available + rate() * (now - filledAt) / 1e9);
    filledAt = now;
  }

  /** What is left for those that ask here; a share stays, however many were lent. */
  private double rate() {
    return (double) Math.max(1, limit.getAsLong()) * Math.max(1, shares - lent) / shares;
  }

  /** A share of the limit, until closed. */
  public final class Share implements AutoCloseable {
    private boolean open = true;

    /** Returns how many bytes a second it allows, 0 for any number. */
    public long bytesPerSecond() {
      long now = limit.getAsLong();
      return now > 0 ? Math.max(1, now / shares) : 0;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (open) {
          open = false;
          fill();
          lent--;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Lends a share to a program that limits itself. */
  public Share borrow() {
    lock.lock();
    try {
      fill();
      lent++;
      return new Share();
    } finally {
      lock.unlock();
    }
  }
}
