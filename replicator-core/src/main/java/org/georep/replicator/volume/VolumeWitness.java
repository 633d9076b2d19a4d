package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * The identity of the file that holds a volume's id. A copy of the volume has the same id, but in
 * another file: two hosts that see one witness see one file system, and the same identities.
 */
public final class VolumeWitness {
  private static final byte[] FILE = ".georep/volume".getBytes(StandardCharsets.US_ASCII);

  private VolumeWitness() {}

  /**
   * Returns it for the volume at a root.
   *
   * @throws VolumeChangedException if there is no volume's id
   */
  public static Gfid of(Libc libc, byte[] root) throws IOException {
    int top = libc.openat(Linux.AT_FDCWD, root, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      int file =
          libc.openat2(
              top,
              FILE,
              Linux.O_RDONLY,
              0,
              Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_SYMLINKS | Linux.RESOLVE_NO_XDEV);
      try {
        return Identity.on(libc, top).of(file);
      } finally {
        libc.close(file);
      }
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
        throw new VolumeChangedException(
            "the primary has no volume id (.georep/volume): mount or restore the right volume and"
                + " start again");
      }
      throw e;
    } finally {
      libc.close(top);
    }
  }
}
