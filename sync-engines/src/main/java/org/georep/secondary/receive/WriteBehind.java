package org.georep.secondary.receive;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * Has the kernel write down what arrived while more arrives, so that the disk does not rest until
 * the next barrier and that one finds little left to do. It promises nothing and confirms nothing:
 * the barrier asks anew, over a descriptor of its own, for the kernel tells each descriptor once of
 * what could not be written.
 *
 * <p>{@link #arrived} by any thread, {@link #close} when none calls it any more.
 */
final class WriteBehind {
  /** What arrives before writing begins, in bytes; a barrier alone is quick with less. */
  static final long STEP = 32L << 20;

  private static final byte[] ITSELF = {'.'};

  private final Libc libc;
  private final int directory;
  private final AtomicLong since = new AtomicLong();
  private @Nullable Thread writing;

  /**
   * Makes it.
   *
   * @param directory of the file system; stays the caller's
   */
  WriteBehind(Libc libc, int directory) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.directory = directory;
  }

  /** Takes note of bytes that were given to the kernel; does not wait. */
  void arrived(long bytes) {
    if (since.addAndGet(bytes) >= STEP) {
      begin();
    }
  }

  private synchronized void begin() {
    if ((writing != null && writing.isAlive()) || since.get() < STEP) {
      return;
    }
    since.set(0);
    Thread thread = new Thread(this::write, "write-behind");
    thread.setDaemon(true);
    writing = thread;
    thread.start();
  }

  private void write() {
    try {
      int own = libc.openat(directory, ITSELF, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
      try {
        libc.syncfs(own);
      } finally {
        libc.close(own);
      }
    } catch (PosixException e) {
      return; // the barrier meets it, too
    }
  }

  /** Waits for what is being written: the file system may be taken away afterwards. */
  void close() {
    Thread thread;
    synchronized (this) {
      thread = writing;
      writing = null;
    }
    boolean interrupted = false;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
