package org.georep.secondary.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Shown;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;
import org.georep.protocol.Reply;
import org.georep.secondary.tree.OpenedModes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finding, making and first looking at the directory that is to be a secondary. */
final class RootDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(RootDirectory.class);
  private static final byte[] ITSELF = {};
  private static final int OWNER_ALL = 0700;
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY;
  private static final int MODE = 0755;
  private static final int NAMES_SHOWN = 3;

  private final Libc libc;
  private final byte[] path;
  private OptionalInt former = OptionalInt.empty();

  /** Makes it; a relative path is taken from where sshd starts the agent, the user's home. */
  RootDirectory(Libc libc, byte[] path) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.path = Objects.requireNonNull(path, "path is null");
  }

  @Override
  public String toString() {
    return Shown.of(path);
  }

  /** Opens it; -1 if it is not there. */
  int open() throws Refusal {
    try {
      return libc.openat(Linux.AT_FDCWD, path, FLAGS, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return -1;
      }
      throw unusable(e);
    }
  }

  /**
   * Opens it; if its mode shuts out its owner, which this process is, that mode is widened until
   * {@link #giveBack}. -1 if it is not there.
   */
  int openUnlocked() throws Refusal {
    try {
      unlock();
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw unusable(e);
      }
    }
    return open();
  }

  private void unlock() throws PosixException {
    if (libc.geteuid() == 0) {
      return; // modes do not bind it
    }
    int descriptor = libc.openat(Linux.AT_FDCWD, path, Linux.O_PATH | Linux.O_DIRECTORY, 0);
    try {
      Stat stat = libc.statx(descriptor, ITSELF, Linux.AT_EMPTY_PATH);
      int mode = stat.permissions();
      if ((mode & OWNER_ALL) != OWNER_ALL && stat.uid() == libc.geteuid()) {
        libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(descriptor), mode | OWNER_ALL);
        former = OptionalInt.of(mode);
      }
    } finally {
      libc.close(descriptor);
    }
  }

  /** Notes the mode it is to have again, for whoever finds it unlocked. */
  void noteFormer(OpenedModes modes, Gfid gfid) throws PosixException {
    if (former.isPresent()) {
      modes.note(gfid, former.getAsInt());
    }
  }

  /** Gives it back the mode it had. */
  void giveBack(int root) {
    if (former.isPresent()) {
      try {
        libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(root), former.getAsInt());
      } catch (PosixException e) {
        LOG.warn("{} could not be given its mode back: {}", this, e.getMessage());
      }
    }
  }

  /** Opens it, unlocked; made before if only its last name is missing. */
  int openOrMake() throws Refusal {
    int descriptor = openUnlocked();
    if (descriptor >= 0) {
      return descriptor;
    }
    try {
      libc.mkdirat(Linux.AT_FDCWD, trimmed(), MODE);
      return libc.openat(Linux.AT_FDCWD, path, FLAGS, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        throw new Refusal(
            Reply.Refusal.UNUSABLE,
            this
                + " is not there on the secondary, and neither is the directory above it."
                + " Make that, or mount what belongs there");
      }
      throw unusable(e);
    }
  }

  private byte[] trimmed() {
    int end = path.length;
    while (end > 1 && path[end - 1] == '/') {
      end--;
    }
    return Arrays.copyOf(path, end);
  }

  Refusal unusable(PosixException e) {
    return new Refusal(
        Reply.Refusal.UNUSABLE,
        this + " cannot be used as a secondary: " + e.getMessage() + advice(e.errno()));
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EACCES, Errno.EPERM -> ". Run the agent as a user who may write there";
      case Errno.EROFS ->
          ". Mount it read-write; if it went so by itself, see the kernel's log there";
      case Errno.ENOSPC -> ". Free space there, or enlarge its file system";
      case Errno.EDQUOT -> ". Raise the quota of the agent's user there";
      default -> "";
    };
  }

  /** Refuses a directory that holds data of somebody's. */
  void requireEmpty(int root) throws Refusal {
    List<FileName> names = new ArrayList<>();
    try {
      for (Dirent entry : libc.list(root)) {
        names.add(entry.name());
      }
    } catch (PosixException e) {
      throw unusable(e);
    }
    names.remove(FileName.of(Control.NAME));
    names.remove(FileName.of("lost+found"));
    if (!names.isEmpty()) {
      Collections.sort(names);
      throw new Refusal(
          Reply.Refusal.NOT_EMPTY,
          this
              + " on the secondary is not empty: it has "
              + names.size()
              + (names.size() == 1 ? " entry, " : " entries, ")
              + names.stream()
                  .limit(NAMES_SHOWN)
                  .map(FileName::toString)
                  .collect(Collectors.joining(", "))
              + (names.size() > NAMES_SHOWN ? ", ..." : "")
              + ". Choose an empty directory, or take over what is there with --adopt");
    }
  }
}
