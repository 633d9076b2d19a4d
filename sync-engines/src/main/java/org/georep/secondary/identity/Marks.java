package org.georep.secondary.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.protocol.Kind;

/**
 * Reads and writes the mark of an inode: {@code trusted.georep.gfid} as root, {@code
 * user.georep.gfid} otherwise. As durable as the file system makes attributes: after the next sync.
 *
 * <p>Not root, the kernel lets only files and directories hold one ({@link #holds}); the inventory
 * knows the others. A file whose mode keeps its owner from reading or writing it is opened to its
 * owner for the moment; an agent that was killed then leaves word of it ({@link OpenedFile}).
 */
public final class Marks {
  private static final byte[] TRUSTED = "trusted.georep.gfid".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] USER = "user.georep.gfid".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ITSELF = {};
  private static final int OWNER_READ_WRITE = 0600;

  private final Libc libc;
  private final Identity identity;
  private final boolean root;
  private final byte[] name;
  private final OpenedFile opened;

  /**
   * Makes it for a secondary.
   *
   * @param identity gives inodes' own identities there
   * @param top its root directory; stays the caller's
   * @param root whether this process is root
   */
  public Marks(Libc libc, Identity identity, int top, boolean root) {
    this.opened = new OpenedFile(libc, identity, top);
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.identity = Objects.requireNonNull(identity, "identity is null");
    this.root = root;
    this.name = root ? TRUSTED : USER;
  }

  /** Returns whether an attribute of this name is georep's own, as root or not. */
  public static boolean isOwn(byte[] attribute) {
    return startsWith(attribute, "trusted.georep.") || startsWith(attribute, "user.georep.");
  }

  private static boolean startsWith(byte[] attribute, String prefix) {
    byte[] bytes = prefix.getBytes(StandardCharsets.US_ASCII);
    return attribute.length >= bytes.length
        && Arrays.equals(attribute, 0, bytes.length, bytes, 0, bytes.length);
  }

  /**
   * Looks at the mark of the root. Those of all other inodes are of the same format, or of an older
   * one: whoever gives them a newer one begins with the root's.
   *
   * @param top the root's descriptor
   * @throws org.georep.posix.NewerFormatException if it is of a newer format
   */
  public void checkFormat(int top) throws IOException {
    byte[] value = libc.getxattr(ProcPath.of(top), name);
    if (value != null) {
      MarkCodec.checkFormat("the mark of its root", value);
    }
  }

  /** Returns whether inodes of this kind can hold a mark. */
  public boolean holds(Kind kind) {
    return root || kind == Kind.FILE || kind == Kind.DIRECTORY;
  }

  /** Returns the inode's own identity on the secondary. */
  public Gfid own(int descriptor) throws PosixException {
    return identity.of(descriptor);
  }

  /**
   * Returns the mark of an open inode (O_PATH will do), or nothing if it has none, or has one
   * copied from another inode.
   */
  public Optional<Mark> read(int descriptor) throws PosixException {
    byte[] value;
    try {
      value = libc.getxattr(ProcPath.of(descriptor), name);
    } catch (PosixException e) {
      if (root || !e.is(Errno.EACCES)) {
        throw e;
      }
      int mode = open(descriptor);
      try {
        value = libc.getxattr(ProcPath.of(descriptor), name);
      } finally {
        shut(descriptor, mode);
      }
    }
    return value == null ? Optional.empty() : MarkCodec.read(value, own(descriptor));
  }

  /**
   * As root, makes the mark an agent of another user left its own.
   *
   * @param user whose inodes those of that agent are
   * @return the mark, or nothing if it has none that is that agent's
   */
  public Optional<Mark> takeOver(int descriptor, Kind kind, int user) throws PosixException {
    Optional<Mark> mine = read(descriptor);
    if (mine.isPresent() || (kind != Kind.FILE && kind != Kind.DIRECTORY)) {
      return mine;
    }
    byte[] path = ProcPath.of(descriptor);
    byte[] value = libc.getxattr(path, USER);
    if (value == null || libc.statx(descriptor, ITSELF, Linux.AT_EMPTY_PATH).uid() != user) {
      return Optional.empty();
    }
    Optional<Mark> theirs = MarkCodec.read(value, own(descriptor));
    if (theirs.isPresent()) {
      write(descriptor, theirs.get());
      libc.removexattr(path, USER);
    }
    return theirs;
  }

  /** Sets the mark of an open inode (O_PATH will do) of a kind that holds one. */
  public void write(int descriptor, Mark mark) throws PosixException {
    byte[] value = MarkCodec.write(mark, own(descriptor));
    try {
      libc.setxattr(ProcPath.of(descriptor), name, value, 0);
    } catch (PosixException e) {
      if (root || !e.is(Errno.EACCES)) {
        throw e;
      }
      int mode = open(descriptor);
      try {
        libc.setxattr(ProcPath.of(descriptor), name, value, 0);
      } finally {
        shut(descriptor, mode);
      }
    }
  }

  /** Takes the mark of an open inode (O_PATH will do) away: it is nobody's from now on. */
  public void clear(int descriptor) throws PosixException {
    try {
      libc.removexattr(ProcPath.of(descriptor), name);
    } catch (PosixException e) {
      if (root || !e.is(Errno.EACCES)) {
        throw e;
      }
      int mode = open(descriptor);
      try {
        libc.removexattr(ProcPath.of(descriptor), name);
      } finally {
        shut(descriptor, mode);
      }
    }
  }

  /** Sets the mark of a file this process has made and holds open for writing. */
  public void writeOpen(int descriptor, Mark mark) throws PosixException {
    libc.fsetxattr(descriptor, name, MarkCodec.write(mark, own(descriptor)), 0);
  }

  /** Gives back what an agent that was killed had opened to itself. */
  public void giveBack() throws PosixException {
    if (!root) {
      opened.giveBack();
    }
  }

  private int open(int descriptor) throws PosixException {
    int mode = libc.statx(descriptor, ITSELF, Linux.AT_EMPTY_PATH).permissions();
    opened.note(descriptor, mode);
    libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(descriptor), mode | OWNER_READ_WRITE);
    return mode;
  }

  private void shut(int descriptor, int mode) throws PosixException {
    libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(descriptor), mode);
    opened.done();
  }
}
