package org.georep.replicator.verify;

import java.io.IOException;
import org.georep.name.EntryPath;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;

/** Who is told what of the primary could not be read, so that it was not compared. */
@FunctionalInterface
interface Unreadable {
  /** Takes one. */
  void at(EntryPath path, PosixException cause) throws IOException;

  /** Tells of it, unless it is gone meanwhile. */
  default void tell(EntryPath path, PosixException cause) throws IOException {
    if (!cause.is(Errno.ENOENT, Errno.ESTALE, Errno.ENOTDIR)) {
      at(path, cause);
    }
  }
}
