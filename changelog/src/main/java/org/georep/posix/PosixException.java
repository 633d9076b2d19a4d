package org.georep.posix;

import java.io.IOException;
import org.georep.name.Shown;

/** A system call failed: which, on what, and the errno. */
public final class PosixException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * Makes the exception.
   *
   * @param call the system call's name
   * @param subject the path or name it was applied to, as bytes; may be empty
   * @param errno the error number, positive
   */
  public PosixException(String call, byte[] subject, int errno) {
    super(
        (subject.length == 0 ? "" : Shown.of(subject) + ": ")
            + Errno.describe(errno)
            + " ("
            + call
            + ": "
            + Errno.name(errno)
            + ")");
    this.call = call;
    this.errno = errno;
  }

  /** Returns the error number, one of {@link Errno}'s or another of Linux. */
  public int errno() {
    return errno;
  }

  /** Returns the system call's name. */
  public String call() {
    return call;
  }

  /** Returns whether the error number is one of the given ones. */
  public boolean is(int... errnos) {
    for (int candidate : errnos) {
      if (candidate == errno) {
        return true;
      }
    }
    return false;
  }
}
