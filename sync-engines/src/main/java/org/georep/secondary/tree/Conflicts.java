package org.georep.secondary.tree;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.protocol.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .georep/conflicts/TIME/PATH}: where what somebody else put or changed on the secondary
 * goes when it is in the way of what the primary has, and what is to be kept and has no place. TIME
 * is UTC, to the second, and gets a number behind it where a path is taken. It takes a rename or a
 * link, never a copy.
 *
 * <p>What is kept is bounded, see {@link ConflictBound}; but not what was changed on an old primary
 * before it was handed over, which is nowhere else: that is in {@code TIME-failback}. For one
 * thread.
 */
public final class Conflicts {
  private static final Logger LOG = LoggerFactory.getLogger(Conflicts.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final byte[] ABOVE = {'.', '.'};
  private static final int PRIVATE = 0700;
  private static final int FLAGS = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
  private static final int MOST_TRIES = 1000;
  private static final int MOST_LISTED = 1000;

  private final Libc libc;
  private final int descriptor;
  private final Clock clock;
  private final boolean succeeding;
  private final ConflictBound bound;

  /**
   * Makes it.
   *
   * @param descriptor the directory of conflicts; stays the caller's
   * @param succeeding whether this was an old primary, and was not in step since
   */
  public Conflicts(Libc libc, int descriptor, Clock clock, boolean succeeding) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.descriptor = descriptor;
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.succeeding = succeeding;
    this.bound = new ConflictBound(libc, descriptor, ConflictBound.MOST_ENTRIES, -1);
  }

  private interface Placing {
    void at(int parent, FileName name) throws PosixException;
  }

  /**
   * Moves what is at a name there.
   *
   * @param path where people knew it
   * @param why what happened to it, for people
   */
  void take(int directory, FileName name, EntryPath path, String why) throws PosixException {
    String kept = place(path, (parent, as) -> rename(directory, name, parent, as));
    LOG.warn("{} {}: kept as {}", path, why, kept);
  }

  /** Not every file system knows NOREPLACE (EINVAL): nobody else puts anything there. */
  private void rename(int directory, FileName name, int parent, FileName as) throws PosixException {
    byte[] to = as.toBytes();
    try {
      libc.renameat2(directory, name.toBytes(), parent, to, Linux.RENAME_NOREPLACE);
    } catch (PosixException e) {
      if (!e.is(Errno.EINVAL)) {
        throw e;
      }
      if (isThere(parent, to)) {
        throw new PosixException("renameat2", to, Errno.EEXIST);
      }
      libc.renameat2(directory, name.toBytes(), parent, to, 0);
    }
  }

  private boolean isThere(int directory, byte[] name) throws PosixException {
    try {
      libc.statx(directory, name, Linux.AT_SYMLINK_NOFOLLOW);
      return true;
    } catch (PosixException e) {
      ignore(e, Errno.ENOENT);
      return false;
    }
  }

  /**
   * Gives what is at a name, and will be replaced, a further name there.
   *
   * @param path where people know it
   */
  void keep(int directory, FileName name, EntryPath path) throws PosixException {
    String kept =
        place(
            path, (parent, as) -> libc.linkat(directory, name.toBytes(), parent, as.toBytes(), 0));
    LOG.warn("{} was changed on the secondary by somebody else: kept as {}", path, kept);
  }

  private String place(EntryPath path, Placing placing) throws PosixException {
    List<FileName> names = path.names();
    FileName last = names.get(names.size() - 1);
    EntryPath above = EntryPath.of(names.subList(0, names.size() - 1));
    String time = TIME.format(clock.instant()) + (succeeding ? ConflictBound.UNBOUND : "");
    for (int number = 1; ; number++) {
      FileName top = FileName.of(number == 1 ? time : time + "-" + number);
      int parent = -1;
      try {
        parent = makeAll(top, above);
        placing.at(parent, last);
        bound.grown(top);
        return ".georep/conflicts/" + top + "/" + path;
      } catch (PosixException e) {
        if (!e.is(Errno.EEXIST, Errno.ENOTDIR) || number == MOST_TRIES) {
          removeEmpty(top, above);
          throw e;
        }
      } finally {
        if (parent >= 0) {
          libc.close(parent);
        }
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

  /**
   * Removes what was made for something that could not be placed, the deepest first, as far as it
   * is empty: that is tried again and again, and what each try left would count as kept.
   */
  private void removeEmpty(FileName top, EntryPath path) {
    Deque<FileName> made = new ArrayDeque<>(List.of(top)); // the first of them lies in this one:
    int at = descriptor;
    try {
      try {
        for (FileName name : path.names()) {
          at = step(at, made.element().toBytes());
          made.push(name);
        }
      } catch (PosixException e) {
        ignore(e, Errno.ENOENT); // it came no further
      }
      while (!made.isEmpty()) {
        try {
          libc.unlinkat(at, made.pop().toBytes(), Linux.AT_REMOVEDIR);
        } catch (PosixException e) {
          ignore(e, Errno.ENOENT);
        }
        at = made.isEmpty() ? at : step(at, ABOVE);
      }
    } catch (PosixException e) {
      return; // something is in it, or it cannot be removed either
    } finally {
      close(at);
    }
  }

  private static void ignore(PosixException e, int errno) throws PosixException {
    if (!e.is(errno)) {
      throw e;
    }
  }

  private int step(int from, byte[] name) throws PosixException {
    int next = libc.openat(from, name, FLAGS, 0);
    close(from);
    return next;
  }

  private void close(int directory) {
    try {
      if (directory != descriptor) {
        libc.close(directory);
      }
    } catch (PosixException e) {
      // An O_PATH descriptor has nothing to write back: closed all the same.
      return;
    }
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

  /** Lets the oldest go if there is too much, provided that something came since the last time. */
  public void enforceBound() throws PosixException {
    bound.enforce();
  }

  /** Lists what is kept, behind a path in ascending order; a bounded number. */
  public Reply.Conflicts list(EntryPath after) throws PosixException {
    List<Reply.Conflict> found = new ArrayList<>();
    new ConflictWalk(libc)
        .run(
            descriptor,
            after,
            (path, kind, stat) -> {
              found.add(
                  new Reply.Conflict(path, kind, stat.isRegular() ? stat.size() : 0, stat.mtime()));
              return found.size() < MOST_LISTED;
            });
    return new Reply.Conflicts(found);
  }
}
