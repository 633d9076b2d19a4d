package org.georep.secondary.tree;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;

/**
 * {@code .georep/opened}: for each directory that an agent without root's rights has opened to
 * itself for the moment, a symbolic link named by its gfid whose target is the mode to give back.
 * Made before the mode is widened and removed after it was given back, so that an agent killed in
 * between leaves word of it.
 */
public final class OpenedModes {
  private static final byte[] NAME = "opened".getBytes(StandardCharsets.US_ASCII);
  private static final int PRIVATE = 0700;
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  private final Libc libc;
  private final int control;

  /**
   * Makes it.
   *
   * @param control {@code .georep}; stays the caller's
   */
  public OpenedModes(Libc libc, int control) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.control = control;
  }

  /** Notes the mode of a directory that is about to be opened; the first one noted counts. */
  public void note(Gfid directory, int mode) throws PosixException {
    try {
      libc.mkdirat(control, NAME, PRIVATE);
    } catch (PosixException e) {
      ignore(e, Errno.EEXIST);
    }
    try {
      libc.symlinkat(ascii(Integer.toOctalString(mode)), control, path(directory));
    } catch (PosixException e) {
      ignore(e, Errno.EEXIST);
    }
  }

  /** Notes that a directory has its mode back. */
  void done(Gfid directory) throws PosixException {
    try {
      libc.unlinkat(control, path(directory), 0);
    } catch (PosixException e) {
      ignore(e, Errno.ENOENT);
    }
  }

  /** Gives back what an agent that was killed had opened. */
  public void giveBack(Directories directories) throws PosixException {
    for (Map.Entry<Gfid, Integer> each : left().entrySet()) {
      Directory directory;
      try {
        directory = directories.get(each.getKey());
      } catch (PosixException e) {
        ignore(e, Errno.EXDEV);
        continue; // under a mount: its note stays until that is gone
      }
      if (directory != null) {
        libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(directory.descriptor()), each.getValue());
        directories.forget(each.getKey());
      }
      done(each.getKey());
      directories.trim();
    }
  }

  private Map<Gfid, Integer> left() throws PosixException {
    Map<Gfid, Integer> modes = new HashMap<>();
    int descriptor;
    try {
      descriptor = libc.openat(control, NAME, FLAGS, 0);
    } catch (PosixException e) {
      ignore(e, Errno.ENOENT);
      return modes;
    }
    try {
      for (Dirent entry : libc.list(descriptor)) {
        byte[] name = entry.name().toBytes();
        byte[] target = libc.readlinkat(descriptor, name);
        modes.put(
            Gfid.parse(new String(name, StandardCharsets.US_ASCII)),
            Integer.parseInt(new String(target, StandardCharsets.US_ASCII), 8));
      }
    } finally {
      libc.close(descriptor);
    }
    return modes;
  }

  private static byte[] path(Gfid directory) {
    return ascii("opened/" + directory);
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
