package org.georep.posix;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Runs a call until it is not interrupted by a signal, and makes an exception of its errno. */
final class SystemCall {
  private static final byte[] NOTHING = {};

  private final Native lib;

  SystemCall(Native lib) {
    this.lib = lib;
  }

  /** Runs {@code call}; what it returned, when not negative. */
  int run(String name, byte[] subject, IntSupplier call) throws PosixException {
    while (true) {
      int result = call.getAsInt();
      if (result >= 0) {
        return result;
      }
      int errno = lib.lastErrno();
      if (errno != Errno.EINTR) {
        throw new PosixException(name, subject, errno);
      }
    }
  }

  /** Runs {@code call} on a descriptor. */
  int run(String name, IntSupplier call) throws PosixException {
    return run(name, NOTHING, call);
  }

  /** Runs {@code call}; what it returned, when not negative. */
  long runLong(String name, byte[] subject, LongSupplier call) throws PosixException {
    long result = runRaw(call);
    if (result < 0) {
      throw new PosixException(name, subject, (int) -result);
    }
    return result;
  }

  /** Runs {@code call} on a descriptor. */
  long runLong(String name, LongSupplier call) throws PosixException {
    return runLong(name, NOTHING, call);
  }

  /**
   * Runs {@code call}; the negated errno where it failed: for calls one errno of which is normal.
   */
  long runRaw(LongSupplier call) {
    while (true) {
      long result = call.getAsLong();
      if (result >= 0) {
        return result;
      }
      int errno = lib.lastErrno();
      if (errno != Errno.EINTR) {
        return -errno;
      }
    }
  }

  /**
   * Refuses a path that holds NUL: the kernel would see only what stands before it.
   *
   * @throws PosixException EINVAL
   */
  static byte[] whole(String name, byte[] path) throws PosixException {
    for (byte b : path) {
      if (b == 0) {
        throw new PosixException(name, path, Errno.EINVAL);
      }
    }
    return path;
  }
}
