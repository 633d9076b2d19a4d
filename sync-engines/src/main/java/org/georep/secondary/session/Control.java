package org.georep.secondary.session;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;

/**
 * The descriptors of a secondary's root and of {@code .georep} beneath it.
 *
 * @param root the root, open for reading
 * @param control {@code .georep}, open for reading
 * @param stage its {@code stage}; closed by whoever uses it
 * @param limbo its {@code limbo}
 * @param conflicts its {@code conflicts}
 */
record Control(Libc libc, int root, int control, int stage, int limbo, int conflicts)
    implements AutoCloseable {
  static final byte[] NAME = ascii(".georep");
  private static final byte[] DEFAULT_ACL = ascii("system.posix_acl_default");
  private static final int PRIVATE = 0700;
  private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  Control {
    Objects.requireNonNull(libc, "libc is null");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Makes what is missing below {@code .georep} and opens it. */
  static Control open(Libc libc, int root, int control) throws PosixException {
    int stage = make(libc, control, ascii("stage"));
    int limbo = make(libc, control, ascii("limbo"));
    int conflicts = make(libc, control, ascii("conflicts"));
    return new Control(libc, root, control, stage, limbo, conflicts);
  }

  /**
   * Opens a directory, made before if it is missing; nothing made in it inherits an ACL.
   *
   * @throws PosixException ENOTDIR or ELOOP if there is something else
   */
  static int make(Libc libc, int parent, byte[] name) throws PosixException {
    boolean made = true;
    try {
      libc.mkdirat(parent, name, PRIVATE);
    } catch (PosixException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      made = false;
    }
    int descriptor = libc.openat(parent, name, DIRECTORY, 0);
    if (made) {
      libc.removexattr(ProcPath.of(descriptor), DEFAULT_ACL);
      libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(descriptor), PRIVATE);
    }
    return descriptor;
  }

  /** Opens {@code .georep}; -1 if there is none. */
  static int openExisting(Libc libc, int root) throws PosixException {
    try {
      return libc.openat(root, NAME, DIRECTORY, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return -1;
      }
      throw e;
    }
  }

  /** Makes all of it this process's own, {@code .georep} itself last. */
  void own() throws PosixException {
    for (int directory : new int[] {stage, control}) {
      for (Dirent entry : libc.list(directory)) {
        own(directory, entry.name().toBytes(), Linux.AT_SYMLINK_NOFOLLOW);
      }
    }
    own(control, new byte[0], Linux.AT_EMPTY_PATH);
  }

  private void own(int directory, byte[] path, int atFlags) throws PosixException {
    libc.fchownat(directory, path, libc.geteuid(), libc.getegid(), atFlags);
  }

  /** Returns a path, of ASCII only, of a file in {@code .georep}. */
  String path(String name) {
    return "/proc/self/fd/" + control + "/" + name;
  }

  /** Closes all but the stage. */
  @Override
  public void close() throws PosixException {
    libc.close(conflicts);
    libc.close(limbo);
    libc.close(control);
    libc.close(root);
  }
}
