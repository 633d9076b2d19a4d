package org.georep.secondary.receive;

import java.nio.ByteBuffer;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Segment;
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

  boolean hasHoles() throws PosixException {
    return Segment.hasHoles(libc, descriptor, stat.size());
  }

  /**
   * Copies a range to the same place of another file, shared where the file system can; as far as
   * this one reaches. The primary has data there, so holes of this one are written as zeros.
   */
  void copy(Libc libc, long offset, long length, int to, ByteBuffer buffer) throws PosixException {
    long end = Math.min(offset + length, stat.size());
    long at = offset;
    while (at < end) {
      long data = Segment.data(libc, descriptor, at, end);
      zeros(libc, at, data - at, to, buffer);
      long hole = Segment.hole(libc, descriptor, data, end);
      at = data + data(libc, data, hole - data, to, buffer);
      if (at < hole) {
        return; // shorter by now, which the digest of the whole will show
      }
    }
  }

  /** Writes zeros where this one has a hole. */
  private static void zeros(Libc libc, long offset, long length, int to, ByteBuffer buffer)
      throws PosixException {
    if (length <= 0) {
      return;
    }
    byte[] zeros = new byte[(int) Math.min(buffer.capacity(), length)];
    libc.lseek(to, offset, Linux.SEEK_SET);
    for (long done = 0; done < length; ) {
      interrupted();
      int step = (int) Math.min(zeros.length, length - done);
      libc.write(to, buffer.clear().put(zeros, 0, step).flip());
      done += step;
    }
  }

  /** Copies a range without holes; returns how much of it there was. */
  private long data(Libc libc, long offset, long length, int to, ByteBuffer buffer)
      throws PosixException {
    long done = 0;
    while (done < length) {
      interrupted();
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
        break;
      }
      done += copied;
    }
    return done;
  }

  private static void interrupted() throws PosixException {
    if (Thread.currentThread().isInterrupted()) {
      throw Incoming.failure("copy_file_range", Errno.EINTR);
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
