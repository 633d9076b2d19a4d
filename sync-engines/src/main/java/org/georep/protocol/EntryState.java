package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.posix.Linux;

/**
 * Desired state: what one look at an inode of the primary found, its identity and attributes taken
 * from one open descriptor, so that they belong together. Contents are not in it; the token of
 * contents is {@code (mtime, size)}.
 *
 * @param gfid identity
 * @param kind what it is
 * @param permissions mode without the type bits, 0 to 07777
 * @param uid owner
 * @param gid group
 * @param mtime last change of content, to the nanosecond
 * @param ctime last change of the inode, to the nanosecond
 * @param racy the look was within one clock tick of ctime: a later change may carry the same ctime,
 *     so it proves nothing
 * @param size bytes, 0 for all but files
 * @param sparse whether the file has fewer blocks than its size needs: it has holes then, and may
 *     have some otherwise
 * @param nlink names, 1 for directories
 * @param rdev device number of a device node, else 0
 * @param target a symlink's target, else empty
 * @param xattrs extended attributes and ACLs, sorted by name, without georep's own
 * @param flags {@link Linux#FS_IMMUTABLE_FL} and {@link Linux#FS_APPEND_FL}, of files and
 *     directories; no other flag is copied
 */
@Immutable
public record EntryState(
    Gfid gfid,
    Kind kind,
    int permissions,
    int uid,
    int gid,
    Instant mtime,
    Instant ctime,
    boolean racy,
    long size,
    boolean sparse,
    int nlink,
    long rdev,
    @SuppressWarnings("Immutable") Optional<byte[]> target,
    @SuppressWarnings("Immutable") List<Xattr> xattrs,
    int flags) {
  /** Checks its parts. */
  public EntryState {
    Objects.requireNonNull(gfid, "gfid is null");
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(mtime, "mtime is null");
    Objects.requireNonNull(ctime, "ctime is null");
    if (permissions < 0 || permissions > 07777) {
      throw new IllegalArgumentException("permissions out of range: " + permissions);
    }
    if (size < 0) {
      throw new IllegalArgumentException("size is negative: " + size);
    }
    if ((kind == Kind.SYMLINK) != target.isPresent()) {
      throw new IllegalArgumentException("a target goes with a symlink, and only with one");
    }
    if ((flags & ~(Linux.FS_IMMUTABLE_FL | Linux.FS_APPEND_FL)) != 0) {
      throw new IllegalArgumentException("a flag that is not copied: " + flags);
    }
    if (flags != 0 && kind != Kind.FILE && kind != Kind.DIRECTORY) {
      throw new IllegalArgumentException("only files and directories have flags");
    }
    xattrs = List.copyOf(xattrs);
  }

  /** Makes one without flags. */
  public EntryState(
      Gfid gfid,
      Kind kind,
      int permissions,
      int uid,
      int gid,
      Instant mtime,
      Instant ctime,
      boolean racy,
      long size,
      boolean sparse,
      int nlink,
      long rdev,
      Optional<byte[]> target,
      List<Xattr> xattrs) {
    this(
        gfid,
        kind,
        permissions,
        uid,
        gid,
        mtime,
        ctime,
        racy,
        size,
        sparse,
        nlink,
        rdev,
        target,
        xattrs,
        0);
  }

  /** Returns whether it is a directory. */
  public boolean isDirectory() {
    return kind == Kind.DIRECTORY;
  }

  /** Returns whether it is a regular file. */
  public boolean isFile() {
    return kind == Kind.FILE;
  }

  /** Returns the token of its contents. */
  public Token token() {
    return new Token(mtime, size);
  }
}
