package org.georep.secondary.durability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * The terms of a secondary's lease, as files of {@code .georep/lease}, which several agents of one
 * host read and write.
 *
 * <p>A term is got by linking its file to the name of the next number: the kernel lets one do so,
 * and nobody waits for anybody, not even for a process that is stopped. It is durable before {@link
 * #claim} returns. A crash before leaves a file that has no number; the next claim replaces it.
 * Numbers only grow. For any number of threads.
 */
public final class LeaseFiles {
  private static final byte[] NAME = ascii("lease");
  private static final String BEAT = ".beat";
  private static final int PRIVATE_DIRECTORY = 0700;
  private static final int PRIVATE_FILE = 0600;
  private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
  private static final int READ = Linux.O_RDONLY | Linux.O_NOFOLLOW;
  private static final int WRITE = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_NOFOLLOW;

  /** A beat that was read while it was written is read again so often. */
  private static final int READS = 5;

  private static final int MOST = 1 << 16;

  private final Libc libc;
  private final int control;

  /**
   * Makes it.
   *
   * @param control {@code .georep}, open for as long as this is used
   */
  public LeaseFiles(Libc libc, int control) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.control = control;
  }

  /** Returns the newest term, if there ever was one. */
  public Optional<LeaseTerm> newest() throws IOException {
    int directory = open();
    if (directory < 0) {
      return Optional.empty();
    }
    try {
      for (int tries = 1; ; tries++) {
        long newest = 0;
        for (Dirent entry : libc.list(directory)) {
          newest = Math.max(newest, number(entry.name().toString()));
        }
        if (newest == 0) {
          return Optional.empty();
        }
        try {
          return Optional.of(LeaseTerm.parse(read(directory, Long.toString(newest), MOST)));
        } catch (PosixException e) {
          if (!e.is(Errno.ENOENT) || tries == READS) {
            throw e; // else a newer one came, and it was removed
          }
        }
      }
    } finally {
      libc.close(directory);
    }
  }

  private static long number(String text) {
    return text.matches("[1-9][0-9]{0,17}") ? Long.parseLong(text) : 0;
  }

  /**
   * Gets a term, durably, if nobody has it.
   *
   * @return whether it was got
   */
  public boolean claim(LeaseTerm term) throws PosixException {
    int directory = make();
    try {
      byte[] temporary = ascii("new." + term.holder().member());
      remove(directory, temporary);
      int file = libc.openat(directory, temporary, WRITE | Linux.O_EXCL, PRIVATE_FILE);
      try {
        write(file, term.toBytes());
        libc.fsync(file);
      } finally {
        libc.close(file);
      }
      try {
        libc.linkat(directory, temporary, directory, name(term.number()), 0);
      } catch (PosixException e) {
        if (e.is(Errno.EEXIST)) {
          return false;
        }
        throw e;
      } finally {
        remove(directory, temporary);
      }
      libc.fsync(directory);
      return true;
    } finally {
      libc.close(directory);
    }
  }

  /** Returns whether a term is there and no newer one is. */
  public boolean isNewest(long term) throws PosixException {
    int directory = open();
    if (directory < 0) {
      return false;
    }
    try {
      return exists(directory, term) && !exists(directory, term + 1);
    } finally {
      libc.close(directory);
    }
  }

  private boolean exists(int directory, long term) throws PosixException {
    try {
      libc.statx(directory, name(term), Linux.AT_SYMLINK_NOFOLLOW);
      return true;
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return false;
      }
      throw e;
    }
  }

  /** Returns the last sign of life in a term, if there was one. */
  public Optional<LeaseBeat> beat(long term) throws PosixException {
    int directory = open();
    if (directory < 0) {
      return Optional.empty();
    }
    try {
      Optional<LeaseBeat> beat = Optional.empty();
      for (int i = 0; i < READS && beat.isEmpty(); i++) {
        beat = LeaseBeat.parse(read(directory, beatName(term), LeaseBeat.LENGTH));
      }
      return beat;
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      libc.close(directory);
    }
  }

  /** Writes a sign of life of the term this process holds. */
  public void beat(long term, LeaseBeat beat) throws PosixException {
    int directory = make();
    try {
      int file = libc.openat(directory, ascii(beatName(term)), WRITE, PRIVATE_FILE);
      try {
        write(file, beat.toBytes());
      } finally {
        libc.close(file);
      }
    } finally {
      libc.close(directory);
    }
  }

  /** Removes the terms before one that is held. */
  public void forgetBefore(long term) throws PosixException {
    int directory = make();
    try {
      for (Dirent entry : libc.list(directory)) {
        String text = entry.name().toString();
        long number = number(text.endsWith(BEAT) ? text.replace(BEAT, "") : text);
        if (number > 0 && number < term) {
          remove(directory, entry.name().toBytes());
        }
      }
    } finally {
      libc.close(directory);
    }
  }

  /** Removes all terms, where no worker of a pair is. */
  public void forget() throws PosixException {
    forgetBefore(Long.MAX_VALUE);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] name(long term) {
    return ascii(Long.toString(term));
  }

  private static String beatName(long term) {
    return term + BEAT;
  }

  private void remove(int directory, byte[] name) throws PosixException {
    try {
      libc.unlinkat(directory, name, 0);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  private void write(int file, byte[] bytes) throws PosixException {
    libc.write(file, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
  }

  private byte[] read(int directory, String name, int most) throws PosixException {
    int file = libc.openat(directory, ascii(name), READ, 0);
    try {
      ByteBuffer content = ByteBuffer.allocateDirect(most);
      libc.read(file, content);
      byte[] bytes = new byte[content.flip().remaining()];
      content.get(bytes);
      return bytes;
    } finally {
      libc.close(file);
    }
  }

  private int open() throws PosixException {
    try {
      return libc.openat(control, NAME, DIRECTORY, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return -1;
      }
      throw e;
    }
  }

  private int make() throws PosixException {
    try {
      libc.mkdirat(control, NAME, PRIVATE_DIRECTORY);
      libc.fsync(control);
    } catch (PosixException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
    return libc.openat(control, NAME, DIRECTORY, 0);
  }
}
