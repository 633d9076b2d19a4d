package org.georep.secondary.durability;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/** {@code .georep/lock}: one agent at a time. The kernel lets go of it when its holder ends. */
public final class Lock implements AutoCloseable {
  private static final byte[] NAME = "lock".getBytes(StandardCharsets.US_ASCII);
  private static final int TRY_EVERY_MILLIS = 100;

  private final Libc libc;
  private final int descriptor;

  private Lock(Libc libc, int descriptor) {
    this.libc = libc;
    this.descriptor = descriptor;
  }

  static byte[] name() {
    return NAME.clone();
  }

  /**
   * Takes it.
   *
   * @param directory {@code .georep}
   * @param patienceMillis how long a dying holder is waited for, in milliseconds
   * @return null if another holds it
   */
  public static @Nullable Lock take(Libc libc, int directory, int patienceMillis)
      throws PosixException {
    Objects.requireNonNull(libc, "libc is null");
    int flags = Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW;
    int descriptor = libc.openat(directory, NAME, flags, 0600);
    boolean taken = false;
    try {
      for (int waited = 0; ; waited += TRY_EVERY_MILLIS) {
        if (tryOnce(libc, descriptor)) {
          taken = true;
          return new Lock(libc, descriptor);
        }
        if (waited >= patienceMillis) {
          return null;
        }
        libc.poll(new int[0], new short[0], TRY_EVERY_MILLIS);
      }
    } finally {
      if (!taken) {
        libc.close(descriptor);
      }
    }
  }

  private static boolean tryOnce(Libc libc, int descriptor) throws PosixException {
    try {
      libc.flock(descriptor, Linux.LOCK_EX | Linux.LOCK_NB);
      return true;
    } catch (PosixException e) {
      if (e.is(Errno.EAGAIN)) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() throws PosixException {
    libc.close(descriptor);
  }
}
