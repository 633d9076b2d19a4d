package org.georep.posix;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A small file that holds state and is always whole.
 *
 * <p>{@link #write} makes {@code NAME.new} beside it, syncs it, renames it over the name, and syncs
 * the directory. When it returns, the new content is durable. A crash before the rename leaves the
 * old content and maybe {@code NAME.new}, which the next write replaces; a crash after it leaves
 * the new content, or, where the machine lost power before the directory was synced, either one.
 * Never a part. When {@code write} throws, either one may be there: read it to know, or write
 * again.
 *
 * <p>One process writes (state directories are locked); its threads take turns. The file is named
 * by a {@link Path}, unlike what is replicated: state directories have names the operator gave.
 */
public final class AtomicFile {
  private static final byte[] TEMPORARY = RawPath.ascii(".new");
  private static final int READABLE_BY_OWNER = 0600;
  private static final int STEP = 16 * 1024;

  private final Libc libc;
  private final byte[] directory;
  private final byte[] name;
  private final byte[] temporary;

  /**
   * Makes it for a file that may not be there yet, in a directory that is.
   *
   * @throws IllegalArgumentException if the path is the root
   */
  public AtomicFile(Libc libc, Path file) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    byte[] whole = RawPath.toBytes(file.toAbsolutePath().normalize());
    int slash = whole.length - 1;
    while (whole[slash] != '/') {
      slash--;
    }
    if (slash == whole.length - 1) {
      throw new IllegalArgumentException("'/' is no file");
    }
    this.directory = Arrays.copyOf(whole, Math.max(1, slash));
    this.name = Arrays.copyOfRange(whole, slash + 1, whole.length);
    this.temporary = Arrays.copyOf(name, name.length + TEMPORARY.length);
    System.arraycopy(TEMPORARY, 0, temporary, name.length, TEMPORARY.length);
  }

  /**
   * Replaces the content, durably. The file is readable by its owner only.
   *
   * @throws PosixException if any step fails; see above for what is there then
   */
  public synchronized void write(byte[] content) throws PosixException {
    int parent = openDirectory();
    try {
      writeTemporary(parent, content);
      libc.renameat2(parent, temporary, parent, name, 0);
      FileFailpoint.FILE_RENAMED.reached();
      libc.fsync(parent);
      FileFailpoint.FILE_DURABLE.reached();
    } finally {
      libc.close(parent);
    }
  }

  private void writeTemporary(int parent, byte[] content) throws PosixException {
    try {
      // A left-over may be someone's open file, or have another's mode: not written into.
      libc.unlinkat(parent, temporary, 0);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
    int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;
    int file = libc.openat(parent, temporary, flags, READABLE_BY_OWNER);
    try {
      libc.write(file, ByteBuffer.allocateDirect(content.length).put(content).flip());
      FileFailpoint.FILE_WRITTEN.reached();
      libc.fsync(file);
      FileFailpoint.FILE_SYNCED.reached();
    } finally {
      libc.close(file);
    }
  }

  /**
   * Returns the content, or nothing if there is no such file.
   *
   * @throws PosixException if it cannot be read
   */
  public synchronized Optional<byte[]> read() throws PosixException {
    int parent = openDirectory();
    try {
      int file = libc.openat(parent, name, Linux.O_RDONLY, 0);
      try {
        return Optional.of(readAll(file));
      } finally {
        libc.close(file);
      }
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      libc.close(parent);
    }
  }

  private byte[] readAll(int file) throws PosixException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer step = ByteBuffer.allocateDirect(STEP);
    while (libc.read(file, step) > 0) {
      step.flip();
      byte[] read = new byte[step.remaining()];
      step.get(read);
      all.writeBytes(read);
      step.clear();
    }
    return all.toByteArray();
  }

  /**
   * Removes the file, durably; silent if there is none.
   *
   * @throws PosixException if it cannot be removed, or that be made durable
   */
  public synchronized void delete() throws PosixException {
    int parent = openDirectory();
    try {
      libc.unlinkat(parent, name, 0);
      FileFailpoint.FILE_REMOVED.reached();
      libc.fsync(parent);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    } finally {
      libc.close(parent);
    }
  }

  private int openDirectory() throws PosixException {
    return libc.openat(Linux.AT_FDCWD, directory, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
  }
}
