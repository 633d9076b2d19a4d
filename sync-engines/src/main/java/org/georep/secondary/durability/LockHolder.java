package org.georep.secondary.durability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;

/**
 * Finds the process that holds {@link Lock}: the kernel says which processes hold a lock of that
 * inode number, and each is believed only if it has the very file open.
 */
public final class LockHolder {
  private static final Path LOCKS = Path.of("/proc/locks");
  private static final int KIND = 1;
  private static final int PROCESS = 4;
  private static final int INODE = 5;

  private final Libc libc;
  private final int control;

  /**
   * Makes it.
   *
   * @param control {@code .georep}, open; stays the caller's
   */
  public LockHolder(Libc libc, int control) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.control = control;
  }

  /** Returns the process, if there is one that this one may see. */
  public Optional<ProcessHandle> find() throws IOException {
    Stat lock = libc.statx(control, Lock.name(), Linux.AT_SYMLINK_NOFOLLOW);
    String inode = ":" + lock.inode();
    for (String line : Files.readAllLines(LOCKS, StandardCharsets.US_ASCII)) {
      String[] words = line.trim().split("\\s+", -1);
      if (words.length > INODE
          && words[KIND].equals("FLOCK")
          && words[INODE].endsWith(inode)
          && has(words[PROCESS], lock)) {
        return ProcessHandle.of(Long.parseLong(words[PROCESS]));
      }
    }
    return Optional.empty();
  }

  /** Returns whether a process was stopped, by a signal or a debugger: it cannot end in order. */
  public static boolean isStopped(ProcessHandle process) {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
      // The name may hold anything; the state follows it.
      int state = stat.lastIndexOf(')') + 2;
      return state < stat.length() && Character.toUpperCase(stat.charAt(state)) == 'T';
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  private boolean has(String process, Stat lock) {
    if (process.startsWith("-") || process.equals("0")) {
      return false; // of another namespace
    }
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc", process, "fd"))) {
      for (Path descriptor : open) {
        if (is(descriptor, lock)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // it has ended, or is not ours to look at
    }
  }

  private boolean is(Path descriptor, Stat lock) {
    try {
      byte[] path = descriptor.toString().getBytes(StandardCharsets.US_ASCII);
      Stat stat = libc.statx(Linux.AT_FDCWD, path, 0);
      return stat.inode() == lock.inode() && stat.device() == lock.device();
    } catch (PosixException e) {
      return false;
    }
  }
}
