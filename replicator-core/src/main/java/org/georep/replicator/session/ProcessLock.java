package org.georep.replicator.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;

/**
 * Keeps something to one process.
 *
 * <p>flock(2) on a file: the kernel frees it when the process ends, however it ends, and a child
 * does not inherit it. The file says who holds it; what it says counts only while the lock is held.
 * The file is never removed, since another process could lock the removed one.
 */
public final class ProcessLock implements AutoCloseable {
  private static final Pattern PID = Pattern.compile("([0-9]{1,10})\\n.*", Pattern.DOTALL);
  private static final int LONGEST = 64;

  private final Libc libc;
  private final int descriptor;
  private boolean closed;

  private ProcessLock(Libc libc, int descriptor) {
    this.libc = libc;
    this.descriptor = descriptor;
  }

  /**
   * Takes the lock, unless another process, or another part of this one, has it.
   *
   * @param file the file, made if it is not there; its directory is there
   */
  public static Optional<ProcessLock> take(Libc libc, Path file) throws IOException {
    Objects.requireNonNull(libc, "libc is null");
    int descriptor =
        libc.openat(
            Linux.AT_FDCWD,
            RawPath.toBytes(file),
            Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW,
            0600);
    try {
      libc.flock(descriptor, Linux.LOCK_EX | Linux.LOCK_NB);
    } catch (PosixException e) {
      libc.close(descriptor);
      if (e.is(Errno.EAGAIN)) {
        return Optional.empty();
      }
      throw e;
    }
    ProcessLock lock = new ProcessLock(libc, descriptor);
    try {
      lock.writePid();
    } catch (PosixException e) {
      lock.close();
      throw e;
    }
    return Optional.of(lock);
  }

  /**
   * Returns which process holds the lock now, if any does; 0 if it has not said so yet.
   *
   * @throws IOException if it cannot be told
   */
  public static Optional<Long> holder(Libc libc, Path file) throws IOException {
    int descriptor;
    try {
      descriptor =
          libc.openat(Linux.AT_FDCWD, RawPath.toBytes(file), Linux.O_RDONLY | Linux.O_NOFOLLOW, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
    try {
      // Shared, so that two who only ask do not see each other.
      libc.flock(descriptor, Linux.LOCK_SH | Linux.LOCK_NB);
      return Optional.empty();
    } catch (PosixException e) {
      if (!e.is(Errno.EAGAIN)) {
        throw e;
      }
      return Optional.of(readPid(libc, descriptor).orElse(0L));
    } finally {
      libc.close(descriptor);
    }
  }

  private static Optional<Long> readPid(Libc libc, int descriptor) throws PosixException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);
    libc.pread(descriptor, buffer, 0);
    Matcher pid = PID.matcher(StandardCharsets.US_ASCII.decode(buffer.flip()));
    return pid.matches() ? Optional.of(Long.valueOf(pid.group(1))) : Optional.empty();
  }

  private void writePid() throws PosixException {
    byte[] line = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    libc.ftruncate(descriptor, 0);
    libc.write(descriptor, ByteBuffer.allocateDirect(line.length).put(line).flip());
  }

  /** Gives it back; silent when done already. */
  @Override
  public synchronized void close() throws PosixException {
    if (!closed) {
      closed = true;
      libc.close(descriptor);
    }
  }
}
