package org.georep.posix;

/**
 * Constants of the Linux kernel's interface for x86-64 and arm64 where they agree; flags that
 * differ are in {@link Libc}'s binding.
 */
public final class Linux {
  // open(2); O_DIRECTORY and O_NOFOLLOW differ between machines and are translated by the binding.
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0100;
  public static final int O_EXCL = 0200;
  public static final int O_TRUNC = 01000;
  public static final int O_NONBLOCK = 04000;
  public static final int O_DIRECTORY = 0200000;
  public static final int O_NOFOLLOW = 0400000;
  public static final int O_NOATIME = 01000000;
  public static final int O_CLOEXEC = 02000000;
  public static final int O_PATH = 010000000;

  // openat2(2)
  public static final long RESOLVE_NO_XDEV = 0x01;
  public static final long RESOLVE_NO_MAGICLINKS = 0x02;
  public static final long RESOLVE_NO_SYMLINKS = 0x04;
  public static final long RESOLVE_BENEATH = 0x08;

  // ...at(2)
  public static final int AT_FDCWD = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_SYMLINK_FOLLOW = 0x400;
  public static final int AT_NO_AUTOMOUNT = 0x800;
  public static final int AT_EMPTY_PATH = 0x1000;

  // renameat2(2)
  public static final int RENAME_NOREPLACE = 1;
  public static final int RENAME_EXCHANGE = 2;

  // st_mode
  public static final int S_IFMT = 0170000;
  public static final int S_IFSOCK = 0140000;
  public static final int S_IFLNK = 0120000;
  public static final int S_IFREG = 0100000;
  public static final int S_IFBLK = 0060000;
  public static final int S_IFDIR = 0040000;
  public static final int S_IFCHR = 0020000;
  public static final int S_IFIFO = 0010000;

  // lseek(2)
  public static final int SEEK_SET = 0;
  public static final int SEEK_CUR = 1;
  public static final int SEEK_END = 2;
  public static final int SEEK_DATA = 3;
  public static final int SEEK_HOLE = 4;

  // posix_fadvise(2)
  public static final int POSIX_FADV_DONTNEED = 4;

  // fallocate(2)
  public static final int FALLOC_FL_KEEP_SIZE = 1;
  public static final int FALLOC_FL_PUNCH_HOLE = 2;

  // setxattr(2)
  public static final int XATTR_CREATE = 1;
  public static final int XATTR_REPLACE = 2;

  // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS; statx(2)'s attributes have the same two values
  public static final int FS_IMMUTABLE_FL = 0x10;
  public static final int FS_APPEND_FL = 0x20;

  // poll(2)
  public static final short POLLIN = 1;
  public static final short POLLPRI = 2;
  public static final short POLLERR = 8;
  public static final short POLLHUP = 16;

  // flock(2)
  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;
  public static final int LOCK_UN = 8;

  // fanotify(7)
  public static final int FAN_CLOEXEC = 0x1;
  public static final int FAN_NONBLOCK = 0x2;
  public static final int FAN_UNLIMITED_QUEUE = 0x10;
  public static final int FAN_UNLIMITED_MARKS = 0x20;
  public static final int FAN_REPORT_FID = 0x200;
  public static final int FAN_REPORT_DIR_FID = 0x400;
  public static final int FAN_REPORT_NAME = 0x800;
  public static final int FAN_REPORT_TARGET_FID = 0x1000;
  public static final int FAN_MARK_ADD = 0x1;
  public static final int FAN_MARK_REMOVE = 0x2;
  public static final int FAN_MARK_FILESYSTEM = 0x100;
  public static final long FAN_MODIFY = 0x2;
  public static final long FAN_ATTRIB = 0x4;
  public static final long FAN_CLOSE_WRITE = 0x8;
  public static final long FAN_CREATE = 0x100;
  public static final long FAN_DELETE = 0x200;
  public static final long FAN_DELETE_SELF = 0x400;
  public static final long FAN_MOVE_SELF = 0x800;
  public static final long FAN_Q_OVERFLOW = 0x4000;
  public static final long FAN_RENAME = 0x10000000L;
  public static final long FAN_ONDIR = 0x40000000L;
  public static final int FAN_EVENT_INFO_TYPE_FID = 1;
  public static final int FAN_EVENT_INFO_TYPE_DFID_NAME = 2;
  public static final int FAN_EVENT_INFO_TYPE_DFID = 3;
  public static final int FAN_EVENT_INFO_TYPE_OLD_DFID_NAME = 10;
  public static final int FAN_EVENT_INFO_TYPE_NEW_DFID_NAME = 12;

  // inotify(7)
  public static final int IN_MODIFY = 0x2;
  public static final int IN_ATTRIB = 0x4;
  public static final int IN_CLOSE_WRITE = 0x8;
  public static final int IN_MOVED_FROM = 0x40;
  public static final int IN_MOVED_TO = 0x80;
  public static final int IN_CREATE = 0x100;
  public static final int IN_DELETE = 0x200;
  public static final int IN_DELETE_SELF = 0x400;
  public static final int IN_MOVE_SELF = 0x800;
  public static final int IN_UNMOUNT = 0x2000;
  public static final int IN_Q_OVERFLOW = 0x4000;
  public static final int IN_IGNORED = 0x8000;
  public static final int IN_ONLYDIR = 0x1000000;
  public static final int IN_DONT_FOLLOW = 0x2000000;
  public static final int IN_EXCL_UNLINK = 0x4000000;
  public static final int IN_ISDIR = 0x40000000;
  public static final int IN_CLOEXEC = 02000000;
  public static final int IN_NONBLOCK = 04000;

  // statfs(2)
  public static final long EXT_MAGIC = 0xEF53;
  public static final long XFS_MAGIC = 0x58465342;
  public static final long BTRFS_MAGIC = 0x9123683EL;
  public static final long TMPFS_MAGIC = 0x01021994;
  public static final long OVERLAYFS_MAGIC = 0x794c7630;
  public static final long NFS_MAGIC = 0x6969;
  public static final long FUSE_MAGIC = 0x65735546;

  private Linux() {}
}
