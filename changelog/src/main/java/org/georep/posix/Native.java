package org.georep.posix;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The C library as bound at run time. Everything is passed as numbers: an {@code int}, or a {@code
 * long} that is a C long or an address. That is the binder's fastest way, and leaves nothing to its
 * guesses about strings and arrays.
 *
 * <p>{@code openat} and {@code syscall} are variadic in C. On x86-64 and arm64 Linux whole numbers
 * are passed to a variadic function in the same registers as to any other, so that a fixed
 * signature calls them rightly.
 */
final class Native {
  private final Functions functions;
  private final Runtime runtime;

  private Native(Functions functions) {
    this.functions = functions;
    this.runtime = Runtime.getRuntime(functions);
  }

  static Native bind() {
    return new Native(LibraryLoader.create(Functions.class).failImmediately().load("c"));
  }

  Functions functions() {
    return functions;
  }

  /** Returns the errno of this thread's last call, saved by the binder before anything else ran. */
  int lastErrno() {
    return runtime.getLastError();
  }

  /** Returns the address of the first byte (not of the position) of a direct buffer. */
  static long addressOf(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("the buffer is not direct");
    }
    return MemoryIO.getInstance().getDirectBufferAddress(direct);
  }

  /** The functions of libc in use. Public because the binder's class lives in another package. */
  @SuppressWarnings("MemberName") // the names libc gives them
  public interface Functions {
    long syscall(long number, long a, long b, long c, long d);

    int openat(int directory, long path, int flags, int mode);

    int close(int descriptor);

    int statx(int directory, long path, int flags, int mask, long result);

    int fstatfs(int descriptor, long result);

    long readlinkat(int directory, long path, long target, long size);

    int mkdirat(int directory, long path, int mode);

    int linkat(int oldDirectory, long oldPath, int newDirectory, long newPath, int flags);

    int symlinkat(long target, int directory, long path);

    int renameat2(int oldDirectory, long oldPath, int newDirectory, long newPath, int flags);

    int unlinkat(int directory, long path, int flags);

    int fchownat(int directory, long path, int uid, int gid, int flags);

    int fchmodat(int directory, long path, int mode, int flags);

    int utimensat(int directory, long path, long times, int flags);

    long getxattr(long path, long name, long value, long size);

    long lgetxattr(long path, long name, long value, long size);

    long fgetxattr(int descriptor, long name, long value, long size);

    long listxattr(long path, long list, long size);

    long llistxattr(long path, long list, long size);

    int setxattr(long path, long name, long value, long size, int flags);

    int lsetxattr(long path, long name, long value, long size, int flags);

    int fsetxattr(int descriptor, long name, long value, long size, int flags);

    int removexattr(long path, long name);

    int lremovexattr(long path, long name);

    int name_to_handle_at(int directory, long path, long handle, long mountId, int flags);

    int open_by_handle_at(int mountDescriptor, long handle, int flags);

    long read(int descriptor, long target, long size);

    long pread(int descriptor, long target, long size, long offset);

    long write(int descriptor, long source, long size);

    long lseek(int descriptor, long offset, int whence);

    int ftruncate(int descriptor, long size);

    int ioctl(int descriptor, long request, long argument);

    int dup(int descriptor);

    int dup2(int from, int to);

    int fallocate(int descriptor, int mode, long offset, long length);

    /**
     * With one argument too many, which C ignores: the binder's stub for exactly six whole numbers
     * passes garbage as the sixth on x86-64 (jnr-ffi 2.3.4). It makes none for seven.
     */
    long copy_file_range(
        int in, long inOffset, int out, long outOffset, long length, int flags, long ignored);

    /** Returns its error number; -1 and errno never. */
    int posix_fadvise(int descriptor, long offset, long length, int advice);

    int fsync(int descriptor);

    int syncfs(int descriptor);

    int flock(int descriptor, int operation);

    int fanotify_init(int flags, int eventFlags);

    int fanotify_mark(int descriptor, int flags, long mask, int directory, long path);

    int inotify_init1(int flags);

    int inotify_add_watch(int descriptor, long path, int mask);

    int inotify_rm_watch(int descriptor, int watch);

    int eventfd(int initial, int flags);

    int poll(long descriptors, long count, int timeoutMillis);

    int umask(int mask);

    int geteuid();

    int getegid();
  }
}
