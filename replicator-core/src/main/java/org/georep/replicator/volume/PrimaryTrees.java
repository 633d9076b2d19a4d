package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import org.georep.posix.Errno;
import org.georep.posix.FileHandle;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/** Opens a primary, by the best way this process and its file system have. */
public final class PrimaryTrees {
  private static final Set<Long> MULTIGRAIN =
      Set.of(Linux.EXT_MAGIC, Linux.XFS_MAGIC, Linux.BTRFS_MAGIC, Linux.TMPFS_MAGIC);

  private PrimaryTrees() {}

  /**
   * Opens the primary at a path.
   *
   * @throws IOException if it is missing, no directory, or may not be read
   */
  public static PrimaryTree open(Libc libc, byte[] path, Clock clock) throws IOException {
    int probe = libc.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    boolean fine;
    boolean handles;
    Identity identity;
    try {
      identity = Identity.on(libc, probe);
      fine = hasMultigrainKernel() && MULTIGRAIN.contains(libc.fstatfs(probe).type());
      handles = identity.source() == Identity.Source.HANDLE && opensByHandle(libc, probe);
    } finally {
      libc.close(probe);
    }
    Root root = new Root(libc, path, new Look(libc, identity, clock, fine));
    return handles ? new HandleTree(root) : new PathTree(root);
  }

  private static boolean opensByHandle(Libc libc, int directory) throws PosixException {
    try {
      FileHandle handle = libc.nameToHandleAt(directory, new byte[0], Linux.AT_EMPTY_PATH);
      libc.close(libc.openByHandleAt(directory, handle, Linux.O_PATH));
      return true;
    } catch (PosixException e) {
      if (e.is(
          Errno.EPERM,
          Errno.EOPNOTSUPP,
          Errno.ENOSYS,
          Errno.EOVERFLOW,
          Errno.EINVAL,
          Errno.ESTALE)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Linux 6.13 gave files multigrain timestamps: a change after a look never shares its ctime with
   * one before.
   */
  private static boolean hasMultigrainKernel() throws IOException {
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    String[] parts = release.split("[.-]", 3);
    try {
      int major = Integer.parseInt(parts[0]);
      int minor = Integer.parseInt(parts[1]);
      return major > 6 || (major == 6 && minor >= 13);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return false;
    }
  }
}
