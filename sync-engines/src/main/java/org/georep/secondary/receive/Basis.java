package org.georep.secondary.receive;

import java.nio.ByteBuffer;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;

/** The secondary's copy of a file, open for reading until nobody uses it. For any thread. */
final class Basis {
  /** So much is copied by one call, after which an end of the session is noticed. */
  private static final long STEP = 64L << 20;

  private final Libc libc;
  private final int descriptor;
  private final Stat stat;
  private int users = 1;

  /**
   * Makes it.
   *
   * @param stat what it was like when opened
   */
  Basis(Libc libc, int descriptor, Stat stat) {
    this.libc = libc;
    this.descriptor = descriptor;
    this.stat = stat;
  }

  Stat stat() {
    return stat;
  }

  int descriptor() {
    return descriptor;
  }

  /** Notes one user more; false if it is closed. */
  synchronized boolean use() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /** Notes one user less; closes it with the last. */
  synchronized void release() {
    users--;
    if (users == 0) {
      try {
        libc.close(descriptor);
      } catch (PosixException e) {
        // It was only read: what closing says changes nothing.
        return;
      }
    }
  }

  /**
   * Copies a range to the same place of another file, shared where the file system can; as far as
   * this one reaches.
   */
  void copy(Libc libc, long offset, long length, int to, ByteBuffer buffer) throws PosixException {
    long done = 0;
    while (done < length) {
      if (Thread.currentThread().isInterrupted()) {
        throw Incoming.failure("copy_file_range", Errno.EINTR);
      }
      long at = offset + done;
      long copied;
      try {
        copied = libc.copyFileRange(descriptor, at, to, at, Math.min(STEP, length - done));
      } catch (PosixException e) {
        if (!e.is(Errno.EXDEV, Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ENOSYS)) {
          throw e;
        }
        copied = through(at, length - done, to, buffer);
      }
      if (copied == 0) {
        return;
      }
      done += copied;
    }
  }

  private long through(long at, long length, int to, ByteBuffer buffer) throws PosixException {
    buffer.clear().limit((int) Math.min(buffer.capacity(), length));
    int read = libc.pread(descriptor, buffer, at);
    libc.lseek(to, at, Linux.SEEK_SET);
    libc.write(to, buffer.flip());
    return read;
  }
}
