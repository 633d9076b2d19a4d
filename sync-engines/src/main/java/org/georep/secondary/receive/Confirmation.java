package org.georep.secondary.receive;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import org.georep.posix.Libc;
import org.georep.protocol.BlockDigests;
import org.jspecify.annotations.Nullable;

/**
 * The digest of a file that is being written from its beginning to its end: another thread reads
 * again what is behind the writer for good, so that little is left to be read when the last of it
 * is written. It goes by what the file holds, not by what was given to be written.
 *
 * <p>Invariant: nothing at or behind {@code ready} has been read, and all before {@code done} is
 * digested. For one thread, the writer; the other is its own.
 */
final class Confirmation {
  /** What is digested at once, in bytes: whole blocks. */
  private static final int PART = 8 << 20;

  private final Libc libc;
  private final int descriptor;
  private final long size;
  private final BlockDigests follower;
  private byte @Nullable [] digests;
  private long ready;
  private long done;
  private boolean following;
  private boolean over;
  private @Nullable IOException failure;

  /**
   * Begins it.
   *
   * @param descriptor of the file, open for reading until {@link #root} or {@link #end} returned
   * @param size in bytes, what it will have
   */
  Confirmation(Libc libc, int descriptor, long size) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.descriptor = descriptor;
    this.size = size;
    this.follower = new BlockDigests(libc);
  }

  /**
   * Takes note of how far it is written.
   *
   * @param end nothing before this will be written again
   */
  synchronized void written(long end) {
    ready = Math.max(ready, end);
    if (!following && isWorth()) {
      following = true;
      ForkJoinPool.commonPool().execute(this::follow);
    }
  }

  private boolean isWorth() {
    return !over && failure == null && ready - done >= PART;
  }

  private void follow() {
    for (long at = next(0); at >= 0; at = next(PART)) {
      try {
        byte[] all = room();
        follower.of(
            descriptor,
            at,
            PART,
            BlockDigests.BLOCK,
            BlockDigests.LENGTH,
            all,
            BlockDigests.place(at));
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }
  }

  /** Notes how much was digested and says where to go on; -1 if not now. */
  private synchronized long next(long digested) {
    if (failure == null) {
      done += digested;
    }
    if (isWorth()) {
      return done;
    }
    following = false;
    notifyAll();
    return -1;
  }

  private synchronized void fail(Exception cause) {
    failure = cause instanceof IOException known ? known : new IOException(cause);
  }

  /** Waits until nobody reads the file any more. */
  synchronized void end() {
    over = true;
    boolean interrupted = false;
    while (following) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Returns the digest of the whole file, once all of it is written.
   *
   * @throws IOException if it cannot be read
   */
  byte[] root() throws IOException {
    end();
    IOException known = failure;
    if (known != null) {
      throw known;
    }
    byte[] all = room();
    BlockDigests.ofRest(libc, descriptor, done, size, all);
    return BlockDigests.root(all);
  }

  /** Made when it is needed: what a size is said to be costs nothing yet. */
  private byte[] room() {
    byte[] room = digests;
    if (room == null) {
      room = BlockDigests.room(size);
      digests = room;
    }
    return room;
  }
}
