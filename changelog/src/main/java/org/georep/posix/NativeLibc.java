package org.georep.posix;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Libc} on the C library of this machine.
 *
 * <p>A path is copied into memory of the calling thread, ended with NUL; results are read from
 * there. No call keeps anything between calls but that memory, so any thread may call at any time.
 * A path, name or link target that itself holds NUL is refused with {@code EINVAL} and never
 * reaches the kernel, which would act on its first part.
 *
 * <p>The errno is the one the binder saved right after the call, before the virtual machine could
 * make another.
 *
 * <p>More than 500 lines, for it is a list: each call of {@link Libc}, a few lines each.
 */
public final class NativeLibc implements Libc {
  private static final byte[] NOTHING = {};
  private static final int OPENAT2_TRIES = 64;
  private static final int EFD_CLOEXEC_NONBLOCK = Linux.O_CLOEXEC | Linux.O_NONBLOCK;

  /** read(2) and its like move no more than this at once, and the kernel none beyond it. */
  private static final int MOST_AT_ONCE = 0x7ffff000;

  private final Machine machine;
  private final Native lib;
  private final Native.Functions c;
  private final SystemCall calls;
  private final NativeXattrs xattrs;
  private final NativeInodes inodes;

  private NativeLibc(Machine machine) {
    this.machine = machine;
    this.lib = bind();
    this.c = lib.functions();
    this.calls = new SystemCall(lib);
    this.xattrs = new NativeXattrs(lib);
    this.inodes = new NativeInodes(lib);
  }

  /**
   * Returns the one binding of this process.
   *
   * @throws UnsupportedOperationException if this is not Linux on x86-64 or arm64, or the C library
   *     cannot be bound; the message says what to do
   */
  public static NativeLibc instance() {
    return Holder.get();
  }

  private static Native bind() {
    try {
      return Native.bind();
    } catch (LinkageError | RuntimeException e) {
      throw new UnsupportedOperationException(
          "the C library cannot be bound. The usual cause is a temporary directory mounted noexec:"
              + " give Java one that is not, with -Djava.io.tmpdir=DIRECTORY. The cause was: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public int openat(int directory, byte[] path, int flags, int mode) throws PosixException {
    long p = Scratch.begin().text(SystemCall.whole("openat", path));
    int real = machine.openFlags(flags | Linux.O_CLOEXEC);
    return calls.run("openat", path, () -> c.openat(directory, p, real, mode));
  }

  @Override
  public int openat2(int directory, byte[] path, int flags, int mode, long resolve)
      throws PosixException {
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole("openat2", path));
    Scratch.Struct how = scratch.struct(24);
    how.putLong(0, machine.openFlags(flags | Linux.O_CLOEXEC) & 0xffffffffL);
    how.putLong(8, mode).putLong(16, resolve);
    for (int tries = 1; ; tries++) {
      // EAGAIN: a rename elsewhere raced with "beneath"; the kernel asks to be asked again.
      long result =
          calls.runRaw(() -> c.syscall(Machine.SYS_OPENAT2, directory, p, how.address(), 24));
      if (result >= 0) {
        return (int) result;
      }
      if (result != -Errno.EAGAIN || tries == OPENAT2_TRIES) {
        throw new PosixException("openat2", path, (int) -result);
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close(int descriptor) throws PosixException {
    // Never retried: after EINTR Linux has closed it, and the number may be another's by now.
    if (c.close(descriptor) < 0) {
      int errno = lib.lastErrno();
      if (errno != Errno.EINTR) {
        throw new PosixException("close", NOTHING, errno);
      }
    }
  }

  @Override
  public Stat statx(int directory, byte[] path, int atFlags) throws PosixException {
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole("statx", path));
    Scratch.Struct result = scratch.struct(Layout.STATX_SIZE);
    calls.run(
        "statx", path, () -> c.statx(directory, p, atFlags, Layout.STATX_MASK, result.address()));
    return Layout.stat(result);
  }

  @Override
  public StatFs fstatfs(int descriptor) throws PosixException {
    Scratch.Struct result = Scratch.begin().struct(Layout.STATFS_SIZE);
    calls.run("fstatfs", () -> c.fstatfs(descriptor, result.address()));
    return Layout.statFs(result);
  }

  @Override
  public byte[] readlinkat(int directory, byte[] path) throws PosixException {
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole("readlinkat", path));
    // Larger than any target a file system of Linux holds (one page), so never cut.
    Scratch.Struct target = scratch.large();
    long length =
        calls.runLong(
            "readlinkat", path, () -> c.readlinkat(directory, p, target.address(), Scratch.LARGE));
    return target.bytesAt(0, (int) length);
  }

  @Override
  public List<Dirent> list(int descriptor) throws PosixException {
    lseek(descriptor, 0, Linux.SEEK_SET);
    List<Dirent> entries = new ArrayList<>();
    boolean more;
    do {
      more = listOn(descriptor, entries);
    } while (more);
    return entries;
  }

  @Override
  public List<Dirent> listOn(int descriptor) throws PosixException {
    List<Dirent> entries = new ArrayList<>();
    boolean more;
    do {
      more = listOn(descriptor, entries);
    } while (more && entries.isEmpty()); // there may be nothing but . and .. at first
    return entries;
  }

  /** Returns whether there may be more. */
  private boolean listOn(int descriptor, List<Dirent> entries) throws PosixException {
    Scratch.Struct buffer = Scratch.begin().large();
    long length;
    try {
      length =
          calls.runLong(
              "getdents64",
              () ->
                  c.syscall(machine.getdents64(), descriptor, buffer.address(), Scratch.LARGE, 0));
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return false; // removed while open
      }
      throw e;
    }
    Layout.entries(buffer, (int) length, entries);
    return length > 0;
  }

  @Override
  public void mkdirat(int directory, byte[] path, int mode) throws PosixException {
    long p = Scratch.begin().text(SystemCall.whole("mkdirat", path));
    calls.run("mkdirat", path, () -> c.mkdirat(directory, p, mode));
  }

  @Override
  public void mknodat(int directory, byte[] path, int mode, long device) throws PosixException {
    long p = Scratch.begin().text(SystemCall.whole("mknodat", path));
    if (device < 0 || device > 0xffffffffL) {
      // The kernel would take the low half: another device.
      throw new PosixException("mknodat", path, Errno.EINVAL);
    }
    // For numbers of 32 bits, makedev(3)'s form is the kernel's.
    calls.runLong("mknodat", path, () -> c.syscall(machine.mknodat(), directory, p, mode, device));
  }

  @Override
  public void linkat(
      int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int atFlags)
      throws PosixException {
    Scratch scratch = Scratch.begin();
    long from = scratch.text(SystemCall.whole("linkat", oldPath));
    long to = scratch.text(SystemCall.whole("linkat", newPath));
    calls.run("linkat", newPath, () -> c.linkat(oldDirectory, from, newDirectory, to, atFlags));
  }

  @Override
  public void symlinkat(byte[] target, int directory, byte[] path) throws PosixException {
    Scratch scratch = Scratch.begin();
    long t = scratch.text(SystemCall.whole("symlinkat", target));
    long p = scratch.text(SystemCall.whole("symlinkat", path));
    calls.run("symlinkat", path, () -> c.symlinkat(t, directory, p));
  }

  @Override
  public void renameat2(
      int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags)
      throws PosixException {
    Scratch scratch = Scratch.begin();
    long from = scratch.text(SystemCall.whole("renameat2", oldPath));
    long to = scratch.text(SystemCall.whole("renameat2", newPath));
    calls.run("renameat2", newPath, () -> c.renameat2(oldDirectory, from, newDirectory, to, flags));
  }

  @Override
  public void unlinkat(int directory, byte[] path, int atFlags) throws PosixException {
    long p = Scratch.begin().text(SystemCall.whole("unlinkat", path));
    calls.run("unlinkat", path, () -> c.unlinkat(directory, p, atFlags));
  }

  @Override
  public void fchownat(int directory, byte[] path, int uid, int gid, int atFlags)
      throws PosixException {
    long p = Scratch.begin().text(SystemCall.whole("fchownat", path));
    calls.run("fchownat", path, () -> c.fchownat(directory, p, uid, gid, atFlags));
  }

  @Override
  public void fchmodat(int directory, byte[] path, int mode) throws PosixException {
    long p = Scratch.begin().text(SystemCall.whole("fchmodat", path));
    calls.run("fchmodat", path, () -> c.fchmodat(directory, p, mode, 0));
  }

  @Override
  public void utimensat(
      int directory, byte[] path, @Nullable Instant atime, Instant mtime, int atFlags)
      throws PosixException {
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole("utimensat", path));
    Scratch.Struct times = scratch.struct(2 * Layout.TIMESPEC_SIZE);
    if (atime == null) {
      times.putLong(0, 0).putLong(8, Layout.UTIME_OMIT);
    } else {
      Layout.putTime(times, 0, atime);
    }
    Layout.putTime(times, Layout.TIMESPEC_SIZE, mtime);
    calls.run("utimensat", path, () -> c.utimensat(directory, p, times.address(), atFlags));
  }

  @Override
  public byte @Nullable [] getxattr(byte[] path, byte[] name) throws PosixException {
    return xattrs.get(path, name, true);
  }

  @Override
  public byte @Nullable [] lgetxattr(byte[] path, byte[] name) throws PosixException {
    return xattrs.get(path, name, false);
  }

  @Override
  public byte @Nullable [] fgetxattr(int descriptor, byte[] name) throws PosixException {
    return xattrs.get(descriptor, name);
  }

  @Override
  public List<byte[]> listxattr(byte[] path) throws PosixException {
    return xattrs.list(path, true);
  }

  @Override
  public List<byte[]> llistxattr(byte[] path) throws PosixException {
    return xattrs.list(path, false);
  }

  @Override
  public void setxattr(byte[] path, byte[] name, byte[] value, int flags) throws PosixException {
    xattrs.set(path, name, value, flags, true);
  }

  @Override
  public void lsetxattr(byte[] path, byte[] name, byte[] value, int flags) throws PosixException {
    xattrs.set(path, name, value, flags, false);
  }

  @Override
  public void fsetxattr(int descriptor, byte[] name, byte[] value, int flags)
      throws PosixException {
    xattrs.set(descriptor, name, value, flags);
  }

  @Override
  public void removexattr(byte[] path, byte[] name) throws PosixException {
    xattrs.remove(path, name, true);
  }

  @Override
  public void lremovexattr(byte[] path, byte[] name) throws PosixException {
    xattrs.remove(path, name, false);
  }

  @Override
  public FileHandle nameToHandleAt(int directory, byte[] path, int atFlags) throws PosixException {
    return inodes.nameToHandleAt(directory, path, atFlags);
  }

  @Override
  public int openByHandleAt(int mountDescriptor, FileHandle handle, int flags)
      throws PosixException {
    int real = machine.openFlags(flags | Linux.O_CLOEXEC);
    return inodes.openByHandleAt(mountDescriptor, handle, real);
  }

  @Override
  public int getFlags(int descriptor) throws PosixException {
    return inodes.getFlags(descriptor);
  }

  @Override
  public void setFlags(int descriptor, int flags) throws PosixException {
    inodes.setFlags(descriptor, flags);
  }

  @Override
  public int read(int descriptor, ByteBuffer target) throws PosixException {
    long address = Native.addressOf(target) + target.position();
    int size = Math.min(target.remaining(), MOST_AT_ONCE);
    int length = (int) calls.runLong("read", () -> c.read(descriptor, address, size));
    target.position(target.position() + length);
    return length;
  }

  @Override
  public int pread(int descriptor, ByteBuffer target, long offset) throws PosixException {
    long address = Native.addressOf(target) + target.position();
    int size = Math.min(target.remaining(), MOST_AT_ONCE);
    int length = (int) calls.runLong("pread", () -> c.pread(descriptor, address, size, offset));
    target.position(target.position() + length);
    return length;
  }

  @Override
  public void write(int descriptor, ByteBuffer source) throws PosixException {
    long start = Native.addressOf(source);
    while (source.hasRemaining()) {
      long address = start + source.position();
      int size = Math.min(source.remaining(), MOST_AT_ONCE);
      int length = (int) calls.runLong("write", () -> c.write(descriptor, address, size));
      if (length == 0) {
        throw new PosixException("write", NOTHING, Errno.EIO);
      }
      source.position(source.position() + length);
    }
  }

  @Override
  public long lseek(int descriptor, long offset, int whence) throws PosixException {
    return calls.runLong("lseek", () -> c.lseek(descriptor, offset, whence));
  }

  @Override
  public void ftruncate(int descriptor, long size) throws PosixException {
    calls.run("ftruncate", () -> c.ftruncate(descriptor, size));
  }

  @Override
  public int dup(int descriptor) throws PosixException {
    return calls.run("dup", () -> c.dup(descriptor));
  }

  @Override
  public void dup2(int from, int to) throws PosixException {
    calls.run("dup2", () -> c.dup2(from, to));
  }

  @Override
  public void fallocate(int descriptor, int mode, long offset, long length) throws PosixException {
    calls.run("fallocate", () -> c.fallocate(descriptor, mode, offset, length));
  }

  @Override
  public long copyFileRange(int in, long inOffset, int out, long outOffset, long length)
      throws PosixException {
    Scratch.Struct offsets = Scratch.begin().struct(16);
    long from = offsets.address();
    long to = from + 8;
    offsets.putLong(0, inOffset).putLong(8, outOffset);
    return calls.runLong(
        "copy_file_range", () -> c.copy_file_range(in, from, out, to, length, 0, 0));
  }

  @Override
  public void forgetPages(int descriptor) {
    c.posix_fadvise(descriptor, 0, 0, Linux.POSIX_FADV_DONTNEED);
  }

  @Override
  public void fsync(int descriptor) throws PosixException {
    calls.run("fsync", () -> c.fsync(descriptor));
  }

  @Override
  public void syncfs(int descriptor) throws PosixException {
    calls.run("syncfs", () -> c.syncfs(descriptor));
  }

  @Override
  public void flock(int descriptor, int operation) throws PosixException {
    calls.run("flock", () -> c.flock(descriptor, operation));
  }

  @Override
  public int fanotifyInit(int flags, int eventFlags) throws PosixException {
    int real = machine.openFlags(eventFlags);
    return calls.run("fanotify_init", () -> c.fanotify_init(flags, real));
  }

  @Override
  public void fanotifyMark(int descriptor, int flags, long mask, int directory, byte[] path)
      throws PosixException {
    // An empty path is a null pointer to this call: the descriptor itself.
    long p = path.length == 0 ? 0 : Scratch.begin().text(SystemCall.whole("fanotify_mark", path));
    calls.run("fanotify_mark", path, () -> c.fanotify_mark(descriptor, flags, mask, directory, p));
  }

  @Override
  public int inotifyInit(int flags) throws PosixException {
    return calls.run("inotify_init1", () -> c.inotify_init1(flags));
  }

  @Override
  public int inotifyAddWatch(int descriptor, byte[] path, int mask) throws PosixException {
    long p = Scratch.begin().text(SystemCall.whole("inotify_add_watch", path));
    return calls.run("inotify_add_watch", path, () -> c.inotify_add_watch(descriptor, p, mask));
  }

  @Override
  public void inotifyRemoveWatch(int descriptor, int watch) throws PosixException {
    calls.run("inotify_rm_watch", () -> c.inotify_rm_watch(descriptor, watch));
  }

  @Override
  public int eventfd() throws PosixException {
    return calls.run("eventfd", () -> c.eventfd(0, EFD_CLOEXEC_NONBLOCK));
  }

  @Override
  public short[] poll(int[] descriptors, short[] events, int timeoutMillis) throws PosixException {
    if (descriptors.length != events.length) {
      throw new IllegalArgumentException(
          descriptors.length + " descriptors with events for " + events.length);
    }
    Scratch.Struct fds = Scratch.begin().struct(descriptors.length * Layout.POLLFD_SIZE);
    for (int i = 0; i < descriptors.length; i++) {
      int at = i * Layout.POLLFD_SIZE;
      fds.putInt(at, descriptors[i]).putShort(at + 4, events[i]).putShort(at + 6, 0);
    }
    long end = System.nanoTime() + timeoutMillis * 1_000_000L;
    // After a signal only what is left of the time is waited, rounded up.
    calls.run(
        "poll",
        () -> {
          long left = Math.max(0, (end - System.nanoTime() + 999_999) / 1_000_000);
          int wait = timeoutMillis < 0 ? -1 : (int) Math.min(left, timeoutMillis);
          return c.poll(fds.address(), descriptors.length, wait);
        });
    short[] found = new short[descriptors.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = (short) fds.shortAt(i * Layout.POLLFD_SIZE + 6);
    }
    return found;
  }

  @Override
  public int umask(int mask) {
    return c.umask(mask);
  }

  @Override
  public int geteuid() {
    return c.geteuid();
  }

  @Override
  public int getegid() {
    return c.getegid();
  }

  /** Binds when first asked; a failure is told again each time, not hidden behind the class. */
  private static final class Holder {
    private static @Nullable NativeLibc bound;

    private Holder() {}

    static synchronized NativeLibc get() {
      if (bound == null) {
        bound = new NativeLibc(Machine.current());
      }
      return bound;
    }
  }
}
