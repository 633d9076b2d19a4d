package org.georep.secondary.receive;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * Has the kernel write down what arrived while more arrives, so that the disk does not rest until
 * the next barrier and that one finds little left to do. It promises nothing and confirms nothing:
 * the barrier asks anew, over a descriptor of its own. But what could not be written it says, for
 * the kernel tells that once, and an agent that is killed before the barrier takes it along.
 *
 * <p>{@link #arrived} by any thread, {@link #close} when none calls it any more.
 */
final class WriteBehind {
  /** What arrives before writing begins, in bytes; a barrier alone is quick with less. */
  static final long STEP = 32L << 20;

  private static final byte[] ITSELF = {'.'};

  private final Libc libc;
  private final int directory;
  private final Consumer<PosixException> unwritten;
  private final AtomicLong since = new AtomicLong();
  private @Nullable Thread writing;

  /**
   * Makes it.
   *
   * @param directory of the file system; stays the caller's
   * @param unwritten is told what the disk did not take
   */
  WriteBehind(Libc libc, int directory, Consumer<PosixException> unwritten) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.directory = directory;
    this.unwritten = Objects.requireNonNull(unwritten, "unwritten is null");
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
      } catch (PosixException e) {
        unwritten.accept(e);
      } finally {
        libc.close(own);
      }
    } catch (PosixException e) {
      return; // without a descriptor: the barrier writes all of it down
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
