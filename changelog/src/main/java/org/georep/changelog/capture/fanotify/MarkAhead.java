package org.georep.changelog.capture.fanotify;

import java.util.Objects;
import java.util.OptionalInt;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;

/**
 * The mark of a directory's file system, set first of all in a process that will most likely want
 * it: what changes while the command line and the session's files are still being read is queued by
 * the kernel then. {@link FanotifySource} takes it if it is of the very directory that is its
 * volume's root; whoever decides on the capture of this process drops what was not taken.
 *
 * <p>A process has one at most. For any thread: who comes while the mark is being set waits for
 * that.
 */
public final class MarkAhead {
  private static final byte[] ITSELF = {'.'};
  private static final byte[] EMPTY = {};

  private static final MarkAhead OF_PROCESS = new MarkAhead();

  private int descriptor = -1;
  private long device;
  private long inode;
  private boolean over;

  MarkAhead() {}

  /** Returns this process's. */
  public static MarkAhead ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Sets it, if it can be had and nobody has decided yet. What goes wrong here goes wrong again
   * where it is told of.
   *
   * @param directory path of what is probably the volume's root
   */
  public synchronized void set(Libc libc, byte[] directory) {
    Objects.requireNonNull(directory, "directory is null");
    if (over || descriptor >= 0) {
      return;
    }
    try {
      int root = libc.openat(Linux.AT_FDCWD, directory, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
      try {
        Stat stat = libc.statx(root, EMPTY, Linux.AT_EMPTY_PATH);
        descriptor = marked(libc, root);
        device = stat.device();
        inode = stat.inode();
      } finally {
        libc.close(root);
      }
    } catch (PosixException e) {
      return; // whoever wants to capture there is told why it cannot be had
    }
  }

  private static int marked(Libc libc, int root) throws PosixException {
    int group = libc.fanotifyInit(FanotifySource.FLAGS | Linux.FAN_UNLIMITED_QUEUE, 0);
    try {
      int flags = Linux.FAN_MARK_ADD | Linux.FAN_MARK_FILESYSTEM;
      libc.fanotifyMark(group, flags, FanotifySource.EVENTS, root, ITSELF);
      return group;
    } catch (PosixException e) {
      libc.close(group);
      throw e;
    }
  }

  /**
   * Hands it over, if it is of this directory.
   *
   * @param root an open directory
   * @return the descriptor of the group, now the caller's to close
   */
  synchronized OptionalInt take(Libc libc, int root) throws PosixException {
    over = true;
    if (descriptor < 0) {
      return OptionalInt.empty();
    }
    Stat stat = libc.statx(root, EMPTY, Linux.AT_EMPTY_PATH);
    if (stat.device() != device || stat.inode() != inode) {
      return OptionalInt.empty();
    }
    int taken = descriptor;
    descriptor = -1;
    return OptionalInt.of(taken);
  }

  /** Lets go of what nobody took: the kernel would queue changes for nobody. */
  public synchronized void drop(Libc libc) {
    over = true;
    if (descriptor < 0) {
      return;
    }
    int group = descriptor;
    descriptor = -1;
    try {
      libc.close(group);
    } catch (PosixException e) {
      return; // nothing was to be learnt from it
    }
  }
}
