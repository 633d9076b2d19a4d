package org.georep.posix;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;

/**
 * What statx(2) says of a file.
 *
 * @param mode type and permission bits, as st_mode
 * @param nlink number of names
 * @param uid owner
 * @param gid group
 * @param device the file system's device number, as makedev(3) makes it
 * @param inode inode number
 * @param rdev device number of a device node, as makedev(3) makes it, else 0
 * @param size bytes
 * @param blocks 512-byte blocks allocated
 * @param mtime last change of content
 * @param ctime last change of the inode
 * @param btime birth; the epoch where the file system has none
 * @param mountId the mount's id
 * @param mountRoot whether this is the root of a mount
 * @param flags {@link Linux#FS_IMMUTABLE_FL} and {@link Linux#FS_APPEND_FL} if set; 0 also where
 *     the file system does not tell
 */
@Immutable
public record Stat(
    int mode,
    int nlink,
    int uid,
    int gid,
    long device,
    long inode,
    long rdev,
    long size,
    long blocks,
    Instant mtime,
    Instant ctime,
    Instant btime,
    long mountId,
    boolean mountRoot,
    int flags) {

  /** Returns the type bits, one of {@link Linux}'s {@code S_IF...}. */
  public int type() {
    return mode & Linux.S_IFMT;
  }

  /** Returns whether this is a directory. */
  public boolean isDirectory() {
    return type() == Linux.S_IFDIR;
  }

  /** Returns whether this is a regular file. */
  public boolean isRegular() {
    return type() == Linux.S_IFREG;
  }

  /** Returns whether this is a symbolic link. */
  public boolean isSymlink() {
    return type() == Linux.S_IFLNK;
  }

  /** Returns the permission bits with setuid, setgid and sticky. */
  public int permissions() {
    return mode & 07777;
  }
}
