package org.georep.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;

/**
 * How many files are in a tree, told by the directories alone: it is asked while a peer works, on
 * the same processors, so that a look at each file would be measured, too. For any thread.
 */
final class FileCount {
  private static final FileName LOST = FileName.of("lost+found");
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  private final Libc libc = NativeLibc.instance();

  private FileCount() {}

  /** Counts those below a directory; what a peer keeps for itself or writes at does not count. */
  static long of(Path root) throws PosixException {
    return new FileCount()
        .below(Linux.AT_FDCWD, root.toString().getBytes(StandardCharsets.UTF_8), 0);
  }

  /**
   * Counts what is below a name.
   *
   * @param otherwise what counts if it is no directory
   */
  private long below(int directory, byte[] name, long otherwise) throws PosixException {
    int open;
    try {
      open = libc.openat(directory, name, FLAGS, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOTDIR, Errno.ELOOP)) {
        return otherwise;
      }
      if (e.is(Errno.ENOENT)) {
        return 0; // it goes while it is counted, or has yet to come
      }
      throw e;
    }
    try {
      long count = 0;
      for (Dirent entry : libc.list(open)) {
        if (entry.name().toBytes()[0] == '.' || entry.name().equals(LOST)) {
          continue;
        }
        count += entry.mayBeDirectory() ? below(open, entry.name().toBytes(), 1) : 1;
      }
      return count;
    } finally {
      libc.close(open);
    }
  }
}
