package org.georep.replicator.volume;

import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.StatFs;

/**
 * How many entries a primary has, without walking it: the inodes in use, where it is the root of
 * its file system and that counts them; else what a crawl counted; before the first crawl of a part
 * of a file system the inodes in use again, which are then too many. Hard links and what is left
 * out make it an estimate in any case.
 */
public final class EntryEstimate {
  private static final byte[] ITSELF = {};
  private static final byte[] ABOVE = {'.', '.'};

  private EntryEstimate() {}

  /**
   * Returns the estimate for a directory, or nothing if nothing tells.
   *
   * @param counted what the last crawl counted, 0 if there was none
   */
  public static Optional<Long> of(Libc libc, byte[] root, long counted) {
    Optional<Long> before = counted > 0 ? Optional.of(counted) : Optional.empty();
    try {
      int directory = libc.openat(Linux.AT_FDCWD, root, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
      try {
        StatFs all = libc.fstatfs(directory);
        boolean isTop =
            root.length == 1
                || libc.statx(directory, ITSELF, Linux.AT_EMPTY_PATH).device()
                    != libc.statx(directory, ABOVE, 0).device();
        Optional<Long> inUse =
            all.files() > all.filesFree()
                ? Optional.of(all.files() - all.filesFree())
                : Optional.empty();
        return isTop ? inUse.or(() -> before) : before.or(() -> inUse);
      } finally {
        libc.close(directory);
      }
    } catch (PosixException e) {
      return before; // only an estimate: what is wrong will be said elsewhere
    }
  }
}
