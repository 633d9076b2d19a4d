package org.georep.secondary.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.StatFs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much is kept among the conflicts: so many entries, and a tenth of the file system's bytes. If
 * there is more, the oldest second goes whole, and so on; the newest stays, whatever it holds.
 * Nothing is counted before something is added. For one thread.
 */
final class ConflictBound {
  /** What is kept below a time with this behind it neither counts nor goes. */
  static final String UNBOUND = "-failback";

  static final long MOST_ENTRIES = 10_000;
  private static final int SHARE = 10;
  private static final Logger LOG = LoggerFactory.getLogger(ConflictBound.class);

  private record Amount(long entries, long bytes) {}

  private final Libc libc;
  private final int descriptor;
  private final long mostEntries;
  private final long mostBytes;
  private final Map<FileName, Amount> known = new HashMap<>();
  private boolean grown;

  /**
   * Makes it.
   *
   * @param mostBytes -1 for a tenth of the file system
   */
  ConflictBound(Libc libc, int descriptor, long mostEntries, long mostBytes) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.descriptor = descriptor;
    this.mostEntries = mostEntries;
    this.mostBytes = mostBytes;
  }

  /** Something was added below this name. */
  void grown(FileName top) {
    known.remove(top);
    grown = true;
  }

  /** Lets the oldest go, if something was added since the last time and there is too much. */
  void enforce() throws PosixException {
    if (!grown) {
      return;
    }
    List<FileName> tops = tops();
    known.keySet().retainAll(tops);
    for (FileName top : tops) {
      if (!known.containsKey(top)) {
        measure(top);
      }
    }
    tops.retainAll(known.keySet());
    long entries = 0;
    long bytes = 0;
    for (Amount amount : known.values()) {
      entries += amount.entries();
      bytes += amount.bytes();
    }
    long allowed = allowedBytes();
    for (FileName oldest : tops.subList(0, Math.max(0, tops.size() - 1))) {
      if (entries <= mostEntries && bytes <= allowed) {
        break;
      }
      try {
        Stage.removeAll(libc, descriptor, oldest);
      } catch (PosixException e) {
        LOG.warn("The conflicts of {} cannot be dropped: {}", oldest, e.getMessage());
        continue;
      }
      Amount gone = Objects.requireNonNull(known.remove(oldest));
      entries -= gone.entries();
      bytes -= gone.bytes();
      LOG.warn(
          "The conflicts of {} are dropped, {} entries of {} bytes: newer ones need the room",
          oldest,
          gone.entries(),
          gone.bytes());
    }
    grown = false;
  }

  private long allowedBytes() throws PosixException {
    if (mostBytes >= 0) {
      return mostBytes;
    }
    StatFs now = libc.fstatfs(descriptor);
    return now.blocks() / SHARE * now.blockSize();
  }

  private List<FileName> tops() throws PosixException {
    List<FileName> tops = new ArrayList<>();
    for (Dirent entry : libc.list(descriptor)) {
      if (!entry.name().toString().contains(UNBOUND)) {
        tops.add(entry.name());
      }
    }
    Collections.sort(tops);
    return tops;
  }

  /** What is no directory, or not there any more, is somebody else's: it does not count. */
  private void measure(FileName top) throws PosixException {
    long[] sum = {0, 0};
    int directory;
    try {
      directory =
          libc.openat(
              descriptor, top.toBytes(), Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
        return;
      }
      throw e;
    }
    try {
      new ConflictWalk(libc)
          .run(
              directory,
              EntryPath.ROOT,
              (path, kind, stat) -> {
                sum[0]++;
                sum[1] += stat.blocks() * 512;
                return true;
              });
    } finally {
      libc.close(directory);
    }
    known.put(top, new Amount(sum[0], sum[1]));
  }
}
