package org.georep.secondary.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * {@code .georep/stage}: where inodes are made before they get a name in the tree. New entries have
 * a name of their own there; each data job has a directory {@code jobs/N}, and for as long as its
 * ticket is unused a file {@code tickets/TICKET} that says {@code N ENGINE}; contents that come
 * over the agent's own connection are written in {@code contents}. Everything in the stage is
 * rubbish after the agent's end and is removed at its next start.
 */
public final class Stage implements AutoCloseable {
  private static final FileName JOBS = FileName.of("jobs");
  private static final FileName CONTENTS = FileName.of("contents");
  private static final FileName TICKETS = FileName.of("tickets");
  private static final Set<FileName> KEPT = Set.of(JOBS, TICKETS, CONTENTS);
  private static final int PRIVATE = 0700;
  private static final int DIRECTORY =
      Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_NONBLOCK;

  private final Libc libc;
  private final int descriptor;
  private final int jobs;
  private final int tickets;
  private final int contents;
  private final Map<Long, Integer> open = new HashMap<>();
  private final Map<Long, FileName> unused = new HashMap<>();
  private long made;

  private Stage(Libc libc, int descriptor, int jobs, int tickets, int contents) {
    this.libc = libc;
    this.descriptor = descriptor;
    this.jobs = jobs;
    this.tickets = tickets;
    this.contents = contents;
  }

  /**
   * Empties and opens the stage.
   *
   * @param descriptor the stage's directory; closed with the result
   */
  public static Stage open(Libc libc, int descriptor) throws PosixException {
    Objects.requireNonNull(libc, "libc is null");
    // Those that are made anyway stay: on a full disk they could not be made again.
    for (Dirent entry : libc.list(descriptor)) {
      if (!KEPT.contains(entry.name())) {
        removeAll(libc, descriptor, entry.name());
      }
    }
    int jobs = make(libc, descriptor, JOBS);
    clear(libc, jobs);
    int tickets = make(libc, descriptor, TICKETS);
    clear(libc, tickets);
    int contents = make(libc, descriptor, CONTENTS);
    clear(libc, contents);
    return new Stage(libc, descriptor, jobs, tickets, contents);
  }

  /** Makes a directory, or takes what is left of one that a dying data channel still fills. */
  private static int make(Libc libc, int directory, FileName name) throws PosixException {
    try {
      libc.mkdirat(directory, name.toBytes(), PRIVATE);
    } catch (PosixException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
    return libc.openat(directory, name.toBytes(), DIRECTORY, 0);
  }

  /** Returns the descriptor of the stage. */
  public int descriptor() {
    return descriptor;
  }

  /** Returns the descriptor of the directory of contents. */
  public int contents() {
    return contents;
  }

  /** Opens a file among the contents; null if it is not there. */
  public @Nullable Arrival received(FileName name) throws PosixException {
    return arrived(contents, false, name);
  }

  /** Removes a file from the contents, if it is there. */
  public void dropReceived(FileName name) throws PosixException {
    try {
      libc.unlinkat(contents, name.toBytes(), 0);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Returns a name nothing in the stage has. */
  public FileName fresh() {
    return FileName.of("n" + made++);
  }

  /** Removes a name of the stage that may be there: what was not used after all. */
  public void drop(FileName name) throws PosixException {
    try {
      libc.unlinkat(descriptor, name.toBytes(), 0);
    } catch (PosixException e) {
      if (e.is(Errno.EISDIR)) {
        libc.unlinkat(descriptor, name.toBytes(), Linux.AT_REMOVEDIR);
      } else if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Makes the place of a job, and its ticket. */
  public void openJob(long job, String engine, String ticket) throws PosixException {
    boolean whole = false;
    try {
      makeJob(job, engine, ticket);
      whole = true;
    } finally {
      if (!whole) {
        closeJob(job); // nobody will: who asked was told that there is none
      }
    }
  }

  private void makeJob(long job, String engine, String ticket) throws PosixException {
    FileName name = FileName.of(Long.toString(job));
    FileName ticketName = FileName.of(ticket);
    libc.mkdirat(jobs, name.toBytes(), PRIVATE);
    open.put(job, libc.openat(jobs, name.toBytes(), DIRECTORY, 0));
    byte[] content = (job + " " + engine + "\n").getBytes(StandardCharsets.UTF_8);
    int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;
    FileName unready = fresh();
    int file = libc.openat(descriptor, unready.toBytes(), flags, 0600);
    boolean written = false;
    try {
      libc.write(file, ByteBuffer.allocateDirect(content.length).put(content).flip());
      written = true;
    } finally {
      libc.close(file);
      if (!written) {
        drop(unready);
      }
    }
    libc.renameat2(descriptor, unready.toBytes(), tickets, ticketName.toBytes(), 0);
    unused.put(job, ticketName);
  }

  /** Returns the open directory of a job, or -1 if there is no such job. */
  public int job(long job) {
    return open.getOrDefault(job, -1);
  }

  /** Opens what arrived for a job; null if it did not. */
  public @Nullable Arrival arrived(long job, EntryPath path) throws PosixException {
    int top = job(job);
    if (top < 0 || path.isRoot()) {
      return null;
    }
    List<FileName> names = path.names();
    FileName name = names.get(names.size() - 1);
    if (names.size() == 1) {
      return arrived(top, false, name);
    }
    byte[] above = EntryPath.of(names.subList(0, names.size() - 1)).toBytes();
    int parent;
    try {
      int flags = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
      parent = libc.openat2(top, above, flags, 0, Node.BENEATH);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV, Errno.ENAMETOOLONG)) {
        return null; // the data channel left something else there
      }
      throw e;
    }
    return arrived(parent, true, name);
  }

  private @Nullable Arrival arrived(int parent, boolean own, FileName name) throws PosixException {
    Node node = null;
    try {
      node = Node.open(libc, parent, name);
      return node == null ? null : new Arrival(libc, node, parent, own, name);
    } finally {
      if (node == null && own) {
        libc.close(parent);
      }
    }
  }

  /** Removes a job's place with all that is left in it, and its ticket if it was not used. */
  public void closeJob(long job) throws PosixException {
    Integer directory = open.remove(job);
    FileName ticket = unused.remove(job);
    if (ticket != null) {
      try {
        libc.unlinkat(tickets, ticket.toBytes(), 0);
      } catch (PosixException e) {
        if (!e.is(Errno.ENOENT)) {
          throw e;
        }
      }
    }
    if (directory != null) {
      libc.close(directory);
      removeAll(libc, jobs, FileName.of(Long.toString(job)));
    }
  }

  /** Removes all that is in a directory, as far as it can be removed. */
  static void clear(Libc libc, int directory) throws PosixException {
    for (Dirent entry : libc.list(directory)) {
      removeAll(libc, directory, entry.name());
    }
  }

  /**
   * Removes a name and all below it. Directories below come up to where the first one was and are
   * emptied there, so that depth costs nothing; all else goes where it is, for on a full disk there
   * is no room for one name more. What somebody still fills is left for the next start.
   */
  static void removeAll(Libc libc, int top, FileName name) throws PosixException {
    Deque<FileName> todo = new ArrayDeque<>();
    todo.add(name);
    String prefix = "r" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".";
    long moved = 0;
    while (!todo.isEmpty()) {
      FileName next = todo.remove();
      int directory;
      try {
        libc.unlinkat(top, next.toBytes(), 0);
        continue;
      } catch (PosixException e) {
        if (e.is(Errno.ENOENT)) {
          continue;
        }
        if (!e.is(Errno.EISDIR)) {
          throw e;
        }
      }
      libc.fchmodat(top, next.toBytes(), PRIVATE);
      directory = libc.openat(top, next.toBytes(), DIRECTORY, 0);
      try {
        for (Dirent entry : directoriesLeft(libc, directory)) {
          FileName above = FileName.of(prefix + moved++);
          libc.renameat2(directory, entry.name().toBytes(), top, above.toBytes(), 0);
          todo.add(above);
        }
      } finally {
        libc.close(directory);
      }
      try {
        libc.unlinkat(top, next.toBytes(), Linux.AT_REMOVEDIR);
      } catch (PosixException e) {
        if (!e.is(Errno.ENOTEMPTY, Errno.ENOENT)) {
          throw e;
        }
      }
    }
  }

  /** Removes what is no directory; returns the rest. */
  private static List<Dirent> directoriesLeft(Libc libc, int directory) throws PosixException {
    List<Dirent> left = new ArrayList<>();
    for (Dirent entry : libc.list(directory)) {
      try {
        libc.unlinkat(directory, entry.name().toBytes(), 0);
      } catch (PosixException e) {
        if (e.is(Errno.EISDIR)) {
          left.add(entry);
        } else if (!e.is(Errno.ENOENT)) {
          throw e;
        }
      }
    }
    return left;
  }

  /** Closes it; what is in it stays until the next start. */
  @Override
  public void close() throws PosixException {
    for (int job : open.values()) {
      libc.close(job);
    }
    open.clear();
    libc.close(contents);
    libc.close(tickets);
    libc.close(jobs);
    libc.close(descriptor);
  }
}
