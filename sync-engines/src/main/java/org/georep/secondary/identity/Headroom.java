package org.georep.secondary.identity;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * Room behind the end of the inventory's file, allocated before anything is written to it. The
 * store does not survive a write that fails: what would fail has to be known before.
 *
 * <p>The descriptor is kept, for closing any one of a file ends the locks its process has on it.
 */
public final class Headroom implements AutoCloseable {
  private static final byte[] ITSELF = {};

  private final Libc libc;
  private final int descriptor;

  /**
   * Opens the file.
   *
   * @param directory where it is
   * @param name its name, ASCII
   */
  public Headroom(Libc libc, int directory, String name) throws PosixException {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.descriptor =
        libc.openat(
            directory,
            name.getBytes(StandardCharsets.US_ASCII),
            Linux.O_WRONLY | Linux.O_NOFOLLOW,
            0);
  }

  /**
   * Sees to it that so many bytes can be added to the file.
   *
   * @throws PosixException if they cannot be: ENOSPC, EDQUOT, EROFS, EIO
   */
  public void ensure(long bytes) throws PosixException {
    long size = libc.statx(descriptor, ITSELF, Linux.AT_EMPTY_PATH).size();
    try {
      libc.fallocate(descriptor, Linux.FALLOC_FL_KEEP_SIZE, size, bytes);
    } catch (PosixException e) {
      if (!e.is(Errno.EOPNOTSUPP, Errno.ENOSYS)) {
        throw e;
      }
    }
  }

  @Override
  public void close() throws PosixException {
    libc.close(descriptor);
  }
}
