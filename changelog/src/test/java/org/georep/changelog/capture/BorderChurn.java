package org.georep.changelog.capture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * Random changes on both sides of a volume's border with few names, so that the same ones are used
 * again and again, which is what makes the kernel merge events.
 */
public final class BorderChurn {
  private static final int[] REFUSALS = {
    Errno.ENOENT,
    Errno.EEXIST,
    Errno.ENOTDIR,
    Errno.EISDIR,
    Errno.ENOTEMPTY,
    Errno.EINVAL,
    Errno.EXDEV,
    Errno.ELOOP,
    Errno.EPERM,
    Errno.EMLINK
  };
  private static final List<String> NAMES = List.of("a", "b", "c");
  private static final int DEEPEST = 6;

  private final Libc libc;
  private final List<String> tops;
  private final Random random;
  private final boolean links;
  private final List<String> log = new ArrayList<>();

  /**
   * Makes a churn.
   *
   * @param tops absolute paths of the directories between which all happens
   * @param links whether files get several names
   */
  public BorderChurn(Libc libc, List<String> tops, long seed, boolean links) {
    this.libc = libc;
    this.tops = tops;
    this.random = new Random(seed);
    this.links = links;
    System.out.println("BorderChurn with seed " + seed + "L");
  }

  /** Takes steps. */
  public void run(int steps) throws PosixException {
    for (int i = 0; i < steps; i++) {
      try {
        step();
      } catch (PosixException e) {
        if (!e.is(REFUSALS)) {
          throw e;
        }
      }
    }
  }

  /** Returns what was done. */
  public List<String> log() {
    return log;
  }

  private void step() throws PosixException {
    String one = path();
    String other = path();
    switch (random.nextInt(13)) {
      case 0, 1 -> {
        log.add("write " + one);
        write(one);
      }
      case 2, 3 -> {
        log.add("mkdir " + one);
        libc.mkdirat(Linux.AT_FDCWD, bytes(one), 0755);
      }
      case 4 -> {
        log.add("chmod " + one);
        libc.fchmodat(Linux.AT_FDCWD, bytes(one), 0700 + random.nextInt(64));
      }
      case 5 -> {
        if (links) {
          log.add("link " + one + " " + other);
          libc.linkat(Linux.AT_FDCWD, bytes(one), Linux.AT_FDCWD, bytes(other), 0);
        }
      }
      case 6 -> {
        log.add("unlink " + one);
        libc.unlinkat(Linux.AT_FDCWD, bytes(one), 0);
      }
      case 7 -> {
        log.add("rmdir " + one);
        libc.unlinkat(Linux.AT_FDCWD, bytes(one), Linux.AT_REMOVEDIR);
      }
      case 8 -> rename(one, other, Linux.RENAME_EXCHANGE);
      case 9 -> {
        log.add("symlink " + one);
        libc.symlinkat(bytes("x"), Linux.AT_FDCWD, bytes(one));
      }
      default -> rename(one, other, 0);
    }
  }

  private void rename(String from, String to, int flags) throws PosixException {
    log.add((flags == 0 ? "rename " : "exchange ") + from + " " + to);
    libc.renameat2(Linux.AT_FDCWD, bytes(from), Linux.AT_FDCWD, bytes(to), flags);
  }

  private void write(String path) throws PosixException {
    int file =
        libc.openat(
            Linux.AT_FDCWD,
            bytes(path),
            Linux.O_WRONLY | Linux.O_CREAT | Linux.O_NOFOLLOW | Linux.O_NONBLOCK,
            0644);
    try {
      ByteBuffer content = ByteBuffer.allocateDirect(1 + random.nextInt(100));
      libc.write(file, content);
    } finally {
      libc.close(file);
    }
  }

  /** Goes down at random, mostly where there are directories. */
  private String path() throws PosixException {
    String at = tops.get(random.nextInt(tops.size()));
    for (int depth = 0; depth < DEEPEST && random.nextInt(4) > 0; depth++) {
      List<String> below = directories(at);
      if (below.isEmpty()) {
        break;
      }
      at += "/" + below.get(random.nextInt(below.size()));
    }
    return at + "/" + NAMES.get(random.nextInt(NAMES.size()));
  }

  private List<String> directories(String path) throws PosixException {
    int descriptor;
    try {
      descriptor = libc.openat(Linux.AT_FDCWD, bytes(path), Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    } catch (PosixException e) {
      return List.of();
    }
    try {
      List<String> found = new ArrayList<>();
      for (Dirent entry : libc.list(descriptor)) {
        if (entry.type() == 4) {
          found.add(entry.name().toString());
        }
      }
      return found;
    } finally {
      libc.close(descriptor);
    }
  }

  private static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.UTF_8);
  }
}
