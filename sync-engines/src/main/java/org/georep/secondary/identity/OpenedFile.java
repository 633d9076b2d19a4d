package org.georep.secondary.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .georep/opened-file}: the file that an agent without root's rights has opened to itself
 * for the moment, as a symbolic link to {@code MODE/IDENTITY/PATH}: what to give back (octal), the
 * file's own identity there, and where it was, beneath the root. Made before the mode is widened
 * and removed after it was given back, so that an agent killed in between leaves word of it.
 *
 * <p>There is one at a time: for one thread. A file too deep for the target of a link goes without,
 * and so does one that is looked at before there is a {@code .georep}.
 */
final class OpenedFile {
  private static final Logger log = LoggerFactory.getLogger(OpenedFile.class);
  private static final byte[] NOTE = ascii(".georep/opened-file");
  private static final byte[] ITSELF = {};
  private static final int LONGEST = 4000;
  private static final int RIGHTS = 07777;
  private static final long BENEATH =
      Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_SYMLINKS | Linux.RESOLVE_NO_MAGICLINKS;

  private final Libc libc;
  private final Identity identity;
  private final int root;

  /**
   * Makes it.
   *
   * @param root the secondary's root; stays the caller's
   */
  OpenedFile(Libc libc, Identity identity, int root) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.identity = Objects.requireNonNull(identity, "identity is null");
    this.root = root;
  }

  /** Notes the mode of an open file (O_PATH will do) that is about to be opened to its owner. */
  void note(int file, int mode) throws PosixException {
    byte[] top = libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(root));
    byte[] path = libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(file));
    if (!isBeneath(path, top)) {
      return;
    }
    byte[] head = ascii(Integer.toOctalString(mode) + "/" + identity.of(file) + "/");
    ByteBuffer target = ByteBuffer.allocate(head.length + path.length - top.length - 1);
    target.put(head).put(path, top.length + 1, path.length - top.length - 1);
    if (target.capacity() > LONGEST) {
      return;
    }
    done(); // of one that could not be given back
    try {
      libc.symlinkat(target.array(), root, NOTE);
    } catch (PosixException e) {
      ignore(e, Errno.ENOENT);
    }
  }

  private static boolean isBeneath(byte[] path, byte[] top) {
    return path.length > top.length + 1
        && path[top.length] == '/'
        && Arrays.equals(path, 0, top.length, top, 0, top.length);
  }

  /** Notes that the file has its mode back. */
  void done() throws PosixException {
    try {
      libc.unlinkat(root, NOTE, 0);
    } catch (PosixException e) {
      ignore(e, Errno.ENOENT);
    }
  }

  /** Gives back what an agent that was killed had opened, if it still is where it was. */
  void giveBack() throws PosixException {
    byte[] target;
    try {
      target = libc.readlinkat(root, NOTE);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.EINVAL)) {
        return;
      }
      throw e;
    }
    try {
      giveBack(target);
    } catch (IllegalArgumentException e) {
      // Nobody but georep writes here, and that wrote something else.
      log.warn("{} says nothing that can be used", new String(NOTE, StandardCharsets.US_ASCII));
    }
    done();
  }

  private void giveBack(byte[] target) throws PosixException {
    int first = indexOfSlash(target, 0);
    int second = indexOfSlash(target, first + 1);
    giveBack(
        Integer.parseInt(text(target, 0, first), 8) & RIGHTS,
        Gfid.parse(text(target, first + 1, second)),
        Arrays.copyOfRange(target, second + 1, target.length));
  }

  private void giveBack(int mode, Gfid own, byte[] path) throws PosixException {
    int file;
    try {
      file = libc.openat2(root, path, Linux.O_PATH | Linux.O_NOFOLLOW, 0, BENEATH);
    } catch (PosixException e) {
      return; // it was moved or removed by somebody else
    }
    try {
      if (identity.of(file).equals(own)
          && libc.statx(file, ITSELF, Linux.AT_EMPTY_PATH).permissions() != mode) {
        libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(file), mode);
      }
    } finally {
      libc.close(file);
    }
  }

  private static int indexOfSlash(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '/') {
        return i;
      }
    }
    throw new IllegalArgumentException("a slash is missing");
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void ignore(PosixException e, int errno) throws PosixException {
    if (!e.is(errno)) {
      throw e;
    }
  }
}
