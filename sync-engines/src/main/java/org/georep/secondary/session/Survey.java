package org.georep.secondary.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Shown;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.StatFs;
import org.georep.protocol.Reply;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.SecondaryId;

/**
 * Looks how things stand at a secondary: its clock, its room, whose it is, and whether it lies in
 * another one. Takes no lock and changes nothing, so another agent may have it open.
 */
final class Survey {
  private static final byte[] ID = "/.georep/id".getBytes(StandardCharsets.US_ASCII);
  private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY;

  private final Libc libc;
  private final Clock clock;
  private final byte[] root;

  /**
   * Makes one.
   *
   * @param root as in Hello: absolute, or from where sshd starts the agent
   */
  Survey(Libc libc, Clock clock, byte[] root) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.root = root.clone();
  }

  /** Looks. */
  Reply.Surveyed make() throws IOException {
    byte[] at = root;
    int descriptor = open(at);
    boolean exists = descriptor >= 0;
    while (descriptor < 0) {
      at = above(at);
      descriptor = open(at);
    }
    try {
      StatFs room = libc.fstatfs(descriptor);
      byte[] real = libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(descriptor));
      Optional<SecondaryId> id = exists ? id(descriptor) : Optional.empty();
      return new Reply.Surveyed(
          clock.instant(),
          exists,
          room.available() * room.blockSize(),
          room.blocks() * room.blockSize(),
          room.files() == 0 ? -1 : room.filesFree(),
          id.map(SecondaryId::session),
          id.flatMap(SecondaryId::promoted),
          within(real, !exists));
    } finally {
      libc.close(descriptor);
    }
  }

  /** Returns -1 if it is not there. */
  private int open(byte[] path) throws PosixException {
    try {
      return libc.openat(Linux.AT_FDCWD, path, DIRECTORY, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT) && !Arrays.equals(path, above(path))) {
        return -1;
      }
      throw e;
    }
  }

  /** The directory above, by its name; that of a single name is where the agent was started. */
  private static byte[] above(byte[] path) {
    int end = path.length;
    while (end > 0 && path[end - 1] == '/') {
      end--;
    }
    while (end > 0 && path[end - 1] != '/') {
      end--;
    }
    if (end == 0) {
      return new byte[] {path[0] == '/' ? (byte) '/' : (byte) '.'};
    }
    while (end > 1 && path[end - 1] == '/') {
      end--;
    }
    return Arrays.copyOf(path, end);
  }

  private Optional<SecondaryId> id(int descriptor) throws IOException {
    int control = Control.openExisting(libc, descriptor);
    if (control < 0) {
      return Optional.empty();
    }
    try {
      return new ControlFiles(libc, control).readId();
    } finally {
      libc.close(control);
    }
  }

  /** The nearest secondary from a real path upwards, that itself left out or not. */
  private Optional<String> within(byte[] real, boolean itself) throws PosixException {
    byte[] at = real;
    boolean counts = itself;
    while (true) {
      byte[] id = Arrays.copyOf(at, at.length + ID.length);
      System.arraycopy(ID, 0, id, at.length, ID.length);
      if (counts && isThere(id)) {
        return Optional.of(Shown.of(at));
      }
      byte[] next = above(at);
      if (Arrays.equals(next, at)) {
        return Optional.empty();
      }
      counts = true;
      at = next;
    }
  }

  private boolean isThere(byte[] path) throws PosixException {
    try {
      libc.statx(Linux.AT_FDCWD, path, Linux.AT_SYMLINK_NOFOLLOW);
      return true;
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES)) {
        return false;
      }
      throw e;
    }
  }
}
