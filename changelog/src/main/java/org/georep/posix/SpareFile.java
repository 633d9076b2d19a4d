package org.georep.posix;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A small file that holds state, is always whole, and can be replaced on a disk that is full to the
 * last block: beside it lies {@code NAME.spare}, which has a block of its own. An empty line stands
 * for nothing, so that the file, once there, keeps its block.
 *
 * <p>{@link #write} writes the spare in place, syncs it, lets the two change names, and syncs the
 * directory. When it returns the new content is durable; what was the content is the spare now. A
 * crash before the exchange leaves the old content and a spare of any content, which the next write
 * replaces; after it, as with {@link AtomicFile}, the new content or the old. Never a part. Where
 * no spare could be made, or names cannot be exchanged, a write needs a block.
 *
 * <p>One process writes; its threads take turns.
 */
public final class SpareFile {
  /** The most that fits: the smallest block of the file systems georep knows. */
  public static final int MOST = 512;

  private static final int BLOCK = 4096;
  private static final byte[] SUFFIX = RawPath.ascii(".spare");
  private static final int READABLE_BY_OWNER = 0600;
  private static final byte[] ITSELF = {};
  private static final byte[] NOTHING = {'\n'};

  private final Libc libc;
  private final AtomicFile file;
  private final int directory;
  private final byte[] name;
  private final byte[] spare;

  /**
   * Makes it for a file that may not be there yet.
   *
   * @param directory where it is, open (O_PATH will do) for as long as this is used
   * @param name its name, ASCII
   */
  public SpareFile(Libc libc, int directory, String name) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.directory = directory;
    this.name = RawPath.ascii(name);
    this.spare = Arrays.copyOf(this.name, this.name.length + SUFFIX.length);
    System.arraycopy(SUFFIX, 0, spare, this.name.length, SUFFIX.length);
    this.file = new AtomicFile(libc, Path.of("/proc/self/fd/" + directory).resolve(name));
  }

  /** Makes the file and the spare if they are missing and there is room for them. */
  public synchronized void prepare() {
    try {
      if (file.read().isEmpty()) {
        write(NOTHING);
      }
      libc.close(openSpare());
    } catch (PosixException e) {
      // Then the next write tries, and says why it cannot.
    }
  }

  /**
   * Replaces the content, durably. The file is readable by its owner only.
   *
   * @throws IllegalArgumentException if it is empty or longer than {@link #MOST}
   * @throws PosixException if any step fails; the old content or the new is there then
   */
  public synchronized void write(byte[] content) throws PosixException {
    if (content.length == 0 || content.length > MOST) {
      throw new IllegalArgumentException(content.length + " bytes, not 1 to " + MOST);
    }
    int descriptor = openSpare();
    try {
      libc.write(descriptor, ByteBuffer.allocateDirect(content.length).put(content).flip());
      libc.ftruncate(descriptor, content.length);
      FileFailpoint.FILE_WRITTEN.reached();
      libc.fsync(descriptor);
      FileFailpoint.FILE_SYNCED.reached();
    } finally {
      libc.close(descriptor);
    }
    exchange();
    FileFailpoint.FILE_RENAMED.reached();
    sync();
    FileFailpoint.FILE_DURABLE.reached();
  }

  private void sync() throws PosixException {
    int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
    int readable = libc.openat(directory, new byte[] {'.'}, flags, 0);
    try {
      libc.fsync(readable);
    } finally {
      libc.close(readable);
    }
  }

  private void exchange() throws PosixException {
    try {
      libc.renameat2(directory, spare, directory, name, Linux.RENAME_EXCHANGE);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT, Errno.EINVAL)) {
        throw e;
      }
      libc.renameat2(directory, spare, directory, name, 0);
    }
  }

  private int openSpare() throws PosixException {
    int flags = Linux.O_WRONLY | Linux.O_NOFOLLOW;
    try {
      int descriptor = libc.openat(directory, spare, flags, 0);
      if (isOurs(libc.statx(descriptor, ITSELF, Linux.AT_EMPTY_PATH))) {
        return descriptor;
      }
      libc.close(descriptor);
      libc.unlinkat(directory, spare, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ELOOP, Errno.ENXIO)) {
        libc.unlinkat(directory, spare, 0);
      } else if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
    int create = flags | Linux.O_CREAT | Linux.O_EXCL;
    int descriptor = libc.openat(directory, spare, create, READABLE_BY_OWNER);
    boolean whole = false;
    try {
      libc.fallocate(descriptor, 0, 0, BLOCK);
      whole = true;
    } catch (PosixException e) {
      whole = e.is(Errno.EOPNOTSUPP, Errno.ENOSYS);
      if (!whole) {
        throw e;
      }
    } finally {
      if (!whole) {
        libc.close(descriptor);
        libc.unlinkat(directory, spare, 0);
      }
    }
    return descriptor;
  }

  /** A left-over may be linked from elsewhere or have another's mode: not written into. */
  private static boolean isOurs(Stat stat) {
    return stat.nlink() == 1
        && stat.permissions() == READABLE_BY_OWNER
        && (stat.mode() & Linux.S_IFMT) == Linux.S_IFREG;
  }

  /**
   * Returns the content, or nothing if there is no such file or it holds nothing.
   *
   * @throws PosixException if it cannot be read
   */
  public synchronized Optional<byte[]> read() throws PosixException {
    return file.read().filter(content -> !Arrays.equals(content, NOTHING));
  }

  /**
   * Makes it hold nothing, durably; silent if it does.
   *
   * @throws PosixException as {@link #write} does
   */
  public synchronized void clear() throws PosixException {
    if (read().isPresent()) {
      write(NOTHING);
      FileFailpoint.FILE_REMOVED.reached();
    }
  }
}
