package org.georep.replicator.volume;

import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.StatFs;

/**
 * How many entries a primary has, without walking it: the inodes in use, where it is the root of
 * its file system and that counts them. Hard links and what is left out make it an estimate.
 */
public final class EntryEstimate {
  private static final byte[] ITSELF = {};
  private static final byte[] ABOVE = {'.', '.'};

  private EntryEstimate() {}

  /** Returns the estimate for a directory, or nothing if this does not tell. */
  public static Optional<Long> of(Libc libc, byte[] root) {
    try {
      int directory = libc.openat(Linux.AT_FDCWD, root, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
      try {
        StatFs all = libc.fstatfs(directory);
        boolean isTop =
            root.length == 1
                || libc.statx(directory, ITSELF, Linux.AT_EMPTY_PATH).device()
                    != libc.statx(directory, ABOVE, 0).device();
        return isTop && all.files() > all.filesFree()
            ? Optional.of(all.files() - all.filesFree())
            : Optional.empty();
      } finally {
        libc.close(directory);
      }
    } catch (PosixException e) {
      return Optional.empty(); // only an estimate: what is wrong will be said elsewhere
    }
  }
}
