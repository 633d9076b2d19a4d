package org.georep.secondary.tree;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .georep/conflicts/TIME/PATH}: where what is not georep's goes when it is in the way, and
 * what is to be kept and has no place. It is never destroyed; TIME is UTC, to the second, and gets
 * a number behind it where a path is taken.
 */
public final class Conflicts {
  private static final Logger LOG = LoggerFactory.getLogger(Conflicts.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int PRIVATE = 0700;
  private static final int FLAGS = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
  private static final int MOST_TRIES = 1000;

  private final Libc libc;
  private final int descriptor;
  private final Clock clock;

  /**
   * Makes it.
   *
   * @param descriptor the directory of conflicts; stays the caller's
   */
  public Conflicts(Libc libc, int descriptor, Clock clock) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.descriptor = descriptor;
    this.clock = Objects.requireNonNull(clock, "clock is null");
  }

  /**
   * Moves what is at a name there.
   *
   * @param path as which, and for people
   * @param why what happened to it, for people
   */
  void take(int directory, FileName name, EntryPath path, String why) throws PosixException {
    EntryPath parentPath = EntryPath.of(path.names().subList(0, path.names().size() - 1));
    FileName last = path.names().get(path.names().size() - 1);
    String time = TIME.format(clock.instant());
    for (int number = 1; ; number++) {
      FileName top = FileName.of(number == 1 ? time : time + "-" + number);
      int parent = makeAll(top, parentPath);
      try {
        libc.renameat2(directory, name.toBytes(), parent, last.toBytes(), Linux.RENAME_NOREPLACE);
        LOG.warn("{} {}: kept as .georep/conflicts/{}/{}", path, why, top, path);
        return;
      } catch (PosixException e) {
        if (!e.is(Errno.EEXIST) || number == MOST_TRIES) {
          throw e;
        }
      } finally {
        libc.close(parent);
      }
    }
  }

  private int makeAll(FileName top, EntryPath path) throws PosixException {
    int at = make(descriptor, top);
    for (FileName name : path.names()) {
      int next;
      try {
        next = make(at, name);
      } finally {
        libc.close(at);
      }
      at = next;
    }
    return at;
  }

  private int make(int directory, FileName name) throws PosixException {
    try {
      libc.mkdirat(directory, name.toBytes(), PRIVATE);
    } catch (PosixException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
    return libc.openat(directory, name.toBytes(), FLAGS, 0);
  }
}
