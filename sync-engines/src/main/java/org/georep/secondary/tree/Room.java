package org.georep.secondary.tree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.StatFs;
import org.georep.protocol.MinFree;

/**
 * Room on the secondary's file system, so that a full one is a state and not an accident.
 *
 * <p>{@code .georep/reserve} is a file of nothing but allocated blocks. When what an ordinary user
 * may still take falls below as much again, room is <em>short</em>: the reserve is given up, for
 * what has to be written about the state itself (names in limbo, stime, the inventory), and what
 * would make the tree larger is refused with ENOSPC, entry by entry. What makes it smaller goes on.
 * When there is three times the reserve, it is taken back and room is short no more. Room is short,
 * too, while less is free than the session wants left for others; the reserve is kept then.
 *
 * <p>A crash leaves the reserve or none; the next start looks. Quotas of a user are not seen here:
 * EDQUOT comes from the calls themselves. For one thread, but for {@link #require}.
 */
public final class Room {
  private static final byte[] NAME = "reserve".getBytes(StandardCharsets.US_ASCII);
  private static final long LEAST = 256L << 10;
  private static final long MOST = 8L << 20;

  /** One of so many parts of the file system is the reserve, within those bounds. */
  private static final long SHARE = 128;

  private static final long LEAST_INODES = 16;
  private static final int BEGIN_AGAIN = 3;

  private final Libc libc;
  private final int control;
  private final MinFree minFree;
  private boolean held;
  private volatile boolean isShort;
  private String figures = "";

  /** Something that writes a little. */
  @FunctionalInterface
  public interface Writing {
    /** Writes. */
    void run() throws IOException;
  }

  /**
   * Makes it and looks.
   *
   * @param control {@code .georep}; stays the caller's
   * @param minFree how much is to stay free besides
   */
  public Room(Libc libc, int control, MinFree minFree) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.control = control;
    this.minFree = Objects.requireNonNull(minFree, "minFree is null");
    this.held = exists();
    look();
  }

  /** Returns whether this error says that there is no room. */
  public static boolean isWant(PosixException cause) {
    return cause.is(Errno.ENOSPC, Errno.EDQUOT);
  }

  private boolean exists() {
    try {
      libc.statx(control, NAME, Linux.AT_SYMLINK_NOFOLLOW);
      return true;
    } catch (PosixException e) {
      return false;
    }
  }

  /** Looks how much room there is; gives the reserve up or takes it, as that says. */
  public void look() {
    StatFs now;
    try {
      now = libc.fstatfs(control);
    } catch (PosixException e) {
      return; // what is known stays known
    }
    long size = reserve(now);
    long free = now.available() * now.blockSize();
    boolean counted = now.files() > 0;
    long least = Math.max(size, minFree.of(now.blocks() * now.blockSize()));
    boolean full = free < size || (counted && now.filesFree() < LEAST_INODES);
    if (full && held) {
      isShort = true;
      giveUp();
    } else if (!held
        && free >= BEGIN_AGAIN * size
        && (!counted || now.filesFree() >= BEGIN_AGAIN * LEAST_INODES)) {
      isShort = !take(size) || free < least;
    } else {
      isShort = !held || free < least;
    }
    if (isShort) {
      figures =
          mebibytes(free)
              + " of "
              + mebibytes(now.blocks() * now.blockSize())
              + " are left"
              + (full || !held ? "" : "; min-free wants " + mebibytes(least));
    }
  }

  private static long reserve(StatFs now) {
    return Math.max(LEAST, Math.min(MOST, now.blocks() * now.blockSize() / SHARE));
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  /** Takes the reserve; true also where files cannot be allocated ahead. */
  private boolean take(long size) {
    try {
      int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_NOFOLLOW;
      int file = libc.openat(control, NAME, flags, 0600);
      try {
        libc.fallocate(file, 0, 0, size);
      } finally {
        libc.close(file);
      }
      held = true;
      return true;
    } catch (PosixException e) {
      held = e.is(Errno.EOPNOTSUPP, Errno.ENOSYS);
      return held || !isWant(e);
    }
  }

  private void giveUp() {
    try {
      libc.unlinkat(control, NAME, 0);
    } catch (PosixException e) {
      // There is none, or nothing can be changed here: then room is not what is missing.
    }
    held = false;
  }

  /** Writes something small; if there is no room, once more without the reserve. */
  public void write(Writing writing) throws IOException {
    try {
      writing.run();
    } catch (PosixException e) {
      if (!isWant(e) || !held) {
        throw e;
      }
      isShort = true;
      giveUp();
      writing.run();
    }
  }

  /**
   * To be called before the tree becomes larger.
   *
   * @throws PosixException ENOSPC while room is short
   */
  public void require() throws PosixException {
    if (isShort) {
      throw new PosixException("reserve", NAME, Errno.ENOSPC);
    }
  }

  /** Returns whether room is short. */
  public boolean isShort() {
    return isShort;
  }

  /** Returns what is wrong and what to do, in a sentence, while room is short. */
  public Optional<String> trouble() {
    return isShort
        ? Optional.of(
            "The secondary's file system is full ("
                + figures
                + "): deletions and renames go on, the rest waits. Free space there, or enlarge"
                + " it; what waits then follows by itself")
        : Optional.empty();
  }
}
