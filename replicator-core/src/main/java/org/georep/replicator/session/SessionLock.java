package org.georep.replicator.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * Keeps a session to one process.
 *
 * <p>flock(2) on {@code STATE/SESSION/lock}: the kernel frees it when the process ends, however it
 * ends, and a child does not inherit it. The file says who holds it, for people; what it says
 * counts only while the lock is held. The file is never removed, since another process could lock
 * the removed one.
 */
public final class SessionLock implements AutoCloseable {
  private static final Pattern PID = Pattern.compile("([0-9]{1,10})\\n.*", Pattern.DOTALL);
  private static final int LONGEST = 64;

  private final Libc libc;
  private final int descriptor;
  private boolean closed;

  private SessionLock(Libc libc, int descriptor) {
    this.libc = libc;
    this.descriptor = descriptor;
  }

  /**
   * Takes the lock.
   *
   * @throws GeorepException with {@link ExitCode#HELD} if another process, or another part of this
   *     one, has it
   */
  public static SessionLock take(Libc libc, SessionDirectory session)
      throws GeorepException, IOException {
    Objects.requireNonNull(libc, "libc is null");
    int descriptor =
        libc.openat(
            Linux.AT_FDCWD,
            RawPath.toBytes(session.lock()),
            Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW,
            0600);
    try {
      libc.flock(descriptor, Linux.LOCK_EX | Linux.LOCK_NB);
    } catch (PosixException e) {
      Optional<Long> holder = readPid(libc, descriptor);
      libc.close(descriptor);
      if (!e.is(Errno.EAGAIN)) {
        throw e;
      }
      throw held(session, holder);
    }
    SessionLock lock = new SessionLock(libc, descriptor);
    try {
      lock.writePid();
    } catch (PosixException e) {
      lock.close();
      throw e;
    }
    return lock;
  }

  /**
   * Returns which process holds a session's lock now, if any does.
   *
   * @throws IOException if it cannot be told
   */
  public static Optional<Long> holder(Libc libc, SessionDirectory session) throws IOException {
    int descriptor;
    try {
      descriptor =
          libc.openat(
              Linux.AT_FDCWD,
              RawPath.toBytes(session.lock()),
              Linux.O_RDONLY | Linux.O_NOFOLLOW,
              0);
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

  private static GeorepException held(SessionDirectory session, Optional<Long> holder) {
    String who = holder.map(pid -> "process " + pid).orElse("another process");
    return new GeorepException(
        ExitCode.HELD,
        "The session '"
            + session.name()
            + "' is held by "
            + who
            + ". See: georep status "
            + session.name()
            + "; stop that process (SIGTERM) or give this session another --name.");
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
