package org.georep.posix;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls georep makes to the kernel. Paths and names are bytes without a terminating NUL; an
 * empty path with {@link Linux#AT_EMPTY_PATH} means the descriptor itself. A relative path is taken
 * from {@code directory}, an open descriptor or {@link Linux#AT_FDCWD}. Buffers are direct; their
 * position and limit are honoured and the position moves by what was read or written. {@code EINTR}
 * is retried inside. A path, name or link target that holds NUL is refused with {@code EINVAL},
 * since the kernel would act on its first part. Every method may be called from any thread at once.
 * Every method that throws {@link PosixException} says the errno the kernel gave.
 */
public interface Libc {
  /** openat(2). {@code O_CLOEXEC} is always added. */
  int openat(int directory, byte[] path, int flags, int mode) throws PosixException;

  /** openat2(2). {@code O_CLOEXEC} is always added; {@code EAGAIN} is retried a few times. */
  int openat2(int directory, byte[] path, int flags, int mode, long resolve) throws PosixException;

  /** close(2). Closed whatever happens; an error (a failed late write) is thrown. */
  void close(int descriptor) throws PosixException;

  /**
   * statx(2) with the basic fields, birth time and mount id. A time beyond what {@link Instant}
   * holds (tmpfs and btrfs can) is its nearest.
   */
  Stat statx(int directory, byte[] path, int atFlags) throws PosixException;

  /** fstatfs(2); works on O_PATH descriptors. */
  StatFs fstatfs(int descriptor) throws PosixException;

  /**
   * readlinkat(2); the whole target, whatever its length. An empty path reads the O_PATH
   * descriptor.
   */
  byte[] readlinkat(int directory, byte[] path) throws PosixException;

  /**
   * getdents64(2), all of it: the entries of a directory open for reading, from its beginning,
   * without {@code .} and {@code ..}, in the kernel's order. A directory removed while it is open
   * has none.
   */
  List<Dirent> list(int descriptor) throws PosixException;

  /**
   * getdents64(2), part of it: the next entries of a directory open for reading, from where its
   * descriptor stands, without {@code .} and {@code ..}; none at its end. For directories whose
   * whole listing is not to be held in memory.
   */
  List<Dirent> listOn(int descriptor) throws PosixException;

  /** mkdirat(2). */
  void mkdirat(int directory, byte[] path, int mode) throws PosixException;

  /** mknodat(2). */
  void mknodat(int directory, byte[] path, int mode, long device) throws PosixException;

  /** linkat(2). */
  void linkat(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int atFlags)
      throws PosixException;

  /** symlinkat(2). */
  void symlinkat(byte[] target, int directory, byte[] path) throws PosixException;

  /** renameat2(2). */
  void renameat2(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags)
      throws PosixException;

  /** unlinkat(2). */
  void unlinkat(int directory, byte[] path, int atFlags) throws PosixException;

  /** fchownat(2). */
  void fchownat(int directory, byte[] path, int uid, int gid, int atFlags) throws PosixException;

  /**
   * fchmodat(2), which follows a symbolic link. For an O_PATH descriptor use {@code
   * /proc/self/fd/N}.
   */
  void fchmodat(int directory, byte[] path, int mode) throws PosixException;

  /**
   * utimensat(2).
   *
   * @param atime the access time, or null to leave it
   */
  void utimensat(int directory, byte[] path, @Nullable Instant atime, Instant mtime, int atFlags)
      throws PosixException;

  /**
   * getxattr(2), which follows a symbolic link (so {@code /proc/self/fd/N} means that file), or
   * null if there is none of the name, also where the file system has no attributes.
   */
  byte @Nullable [] getxattr(byte[] path, byte[] name) throws PosixException;

  /** lgetxattr(2), or null if there is none of the name. */
  byte @Nullable [] lgetxattr(byte[] path, byte[] name) throws PosixException;

  /** fgetxattr(2) of a descriptor that is not O_PATH, or null if there is none of the name. */
  byte @Nullable [] fgetxattr(int descriptor, byte[] name) throws PosixException;

  /** listxattr(2), which follows a symbolic link. Empty where the file system has no attributes. */
  List<byte[]> listxattr(byte[] path) throws PosixException;

  /** llistxattr(2). Empty where the file system has no attributes. */
  List<byte[]> llistxattr(byte[] path) throws PosixException;

  /** setxattr(2), which follows a symbolic link. */
  void setxattr(byte[] path, byte[] name, byte[] value, int flags) throws PosixException;

  /** lsetxattr(2). */
  void lsetxattr(byte[] path, byte[] name, byte[] value, int flags) throws PosixException;

  /** fsetxattr(2) of a descriptor that is not O_PATH. */
  void fsetxattr(int descriptor, byte[] name, byte[] value, int flags) throws PosixException;

  /** removexattr(2), which follows a symbolic link; silent if there is none of the name. */
  void removexattr(byte[] path, byte[] name) throws PosixException;

  /** lremovexattr(2); silent if there is none of the name. */
  void lremovexattr(byte[] path, byte[] name) throws PosixException;

  /** name_to_handle_at(2). EOVERFLOW: the handle is too long for a {@link FileHandle}. */
  FileHandle nameToHandleAt(int directory, byte[] path, int atFlags) throws PosixException;

  /**
   * open_by_handle_at(2). {@code O_CLOEXEC} is always added. Needs CAP_DAC_READ_SEARCH, and a mount
   * descriptor that is not O_PATH. ESTALE: the file is gone.
   */
  int openByHandleAt(int mountDescriptor, FileHandle handle, int flags) throws PosixException;

  /** read(2): bytes read, 0 at the end. */
  int read(int descriptor, ByteBuffer target) throws PosixException;

  /** pread(2): bytes read, 0 at the end. */
  int pread(int descriptor, ByteBuffer target, long offset) throws PosixException;

  /** write(2): all that remains in {@code source}, in as many calls as it takes. */
  void write(int descriptor, ByteBuffer source) throws PosixException;

  /** lseek(2). */
  long lseek(int descriptor, long offset, int whence) throws PosixException;

  /** ftruncate(2). */
  void ftruncate(int descriptor, long size) throws PosixException;

  /** FS_IOC_GETFLAGS of a descriptor that is not O_PATH: the inode's flags, {@code FS_..._FL}. */
  int getFlags(int descriptor) throws PosixException;

  /**
   * FS_IOC_SETFLAGS of a descriptor that is not O_PATH. Needs CAP_LINUX_IMMUTABLE where immutable
   * or append-only changes.
   */
  void setFlags(int descriptor, int flags) throws PosixException;

  /** dup(2); the new descriptor is inherited by programs, as the old one is. */
  int dup(int descriptor) throws PosixException;

  /** dup2(2): {@code to} becomes another number for what {@code from} is open on. */
  void dup2(int from, int to) throws PosixException;

  /** fallocate(2). */
  void fallocate(int descriptor, int mode, long offset, long length) throws PosixException;

  /** copy_file_range(2): bytes copied, 0 at the end. */
  long copyFileRange(int in, long inOffset, int out, long outOffset, long length)
      throws PosixException;

  /**
   * posix_fadvise(2), POSIX_FADV_DONTNEED of a whole file: what memory has of it, and is not yet to
   * be written, is read from the disk the next time. Advice: the kernel may keep it.
   */
  void forgetPages(int descriptor);

  /** fsync(2). */
  void fsync(int descriptor) throws PosixException;

  /** syncfs(2) of the file system the descriptor (not O_PATH) is on. */
  void syncfs(int descriptor) throws PosixException;

  /** flock(2). */
  void flock(int descriptor, int operation) throws PosixException;

  /** fanotify_init(2). */
  int fanotifyInit(int flags, int eventFlags) throws PosixException;

  /**
   * fanotify_mark(2). An empty path means the descriptor {@code directory}, which is not O_PATH.
   */
  void fanotifyMark(int descriptor, int flags, long mask, int directory, byte[] path)
      throws PosixException;

  /** inotify_init1(2). */
  int inotifyInit(int flags) throws PosixException;

  /** inotify_add_watch(2): the watch's number. */
  int inotifyAddWatch(int descriptor, byte[] path, int mask) throws PosixException;

  /** inotify_rm_watch(2). */
  void inotifyRemoveWatch(int descriptor, int watch) throws PosixException;

  /** eventfd(2), non-blocking, with which one thread wakes another out of {@link #poll}. */
  int eventfd() throws PosixException;

  /**
   * poll(2).
   *
   * @param timeoutMillis milliseconds; -1 for ever
   * @return what was found at each descriptor, in their order
   */
  short[] poll(int[] descriptors, short[] events, int timeoutMillis) throws PosixException;

  /** umask(2) of this process: the former one. */
  int umask(int mask);

  /** geteuid(2). */
  int geteuid();

  /** getegid(2). */
  int getegid();
}
