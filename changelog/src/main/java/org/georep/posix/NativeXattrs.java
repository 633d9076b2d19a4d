package org.georep.posix;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The extended attribute calls, all of one shape. */
final class NativeXattrs {
  private final Native.Functions c;
  private final SystemCall calls;

  NativeXattrs(Native lib) {
    this.c = lib.functions();
    this.calls = new SystemCall(lib);
  }

  byte @Nullable [] get(byte[] path, byte[] name, boolean follow) throws PosixException {
    String call = follow ? "getxattr" : "lgetxattr";
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole(call, path));
    long n = scratch.text(SystemCall.whole(call, name));
    Scratch.Struct value = scratch.large();
    return value(
        call,
        path,
        value,
        () ->
            follow
                ? c.getxattr(p, n, value.address(), Scratch.LARGE)
                : c.lgetxattr(p, n, value.address(), Scratch.LARGE));
  }

  byte @Nullable [] get(int descriptor, byte[] name) throws PosixException {
    Scratch scratch = Scratch.begin();
    long n = scratch.text(SystemCall.whole("fgetxattr", name));
    Scratch.Struct value = scratch.large();
    return value(
        "fgetxattr", name, value, () -> c.fgetxattr(descriptor, n, value.address(), Scratch.LARGE));
  }

  /** A file system without attributes has none of the name, either. */
  private byte @Nullable [] value(
      String call, byte[] subject, Scratch.Struct value, LongSupplier get) throws PosixException {
    long length = calls.runRaw(get);
    if (length >= 0) {
      return value.bytesAt(0, (int) length);
    }
    int errno = (int) -length;
    if (errno == Errno.ENODATA || errno == Errno.EOPNOTSUPP) {
      return null;
    }
    throw new PosixException(call, subject, errno);
  }

  List<byte[]> list(byte[] path, boolean follow) throws PosixException {
    String call = follow ? "listxattr" : "llistxattr";
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole(call, path));
    Scratch.Struct list = scratch.large();
    long length =
        calls.runRaw(
            () ->
                follow
                    ? c.listxattr(p, list.address(), Scratch.LARGE)
                    : c.llistxattr(p, list.address(), Scratch.LARGE));
    if (length == -Errno.EOPNOTSUPP) {
      return List.of();
    }
    if (length < 0) {
      throw new PosixException(call, path, (int) -length);
    }
    return Layout.names(list.bytesAt(0, (int) length));
  }

  void set(byte[] path, byte[] name, byte[] value, int flags, boolean follow)
      throws PosixException {
    String call = follow ? "setxattr" : "lsetxattr";
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole(call, path));
    long n = scratch.text(SystemCall.whole(call, name));
    long v = scratch.bytes(value);
    calls.run(
        call,
        path,
        () ->
            follow
                ? c.setxattr(p, n, v, value.length, flags)
                : c.lsetxattr(p, n, v, value.length, flags));
  }

  void set(int descriptor, byte[] name, byte[] value, int flags) throws PosixException {
    Scratch scratch = Scratch.begin();
    long n = scratch.text(SystemCall.whole("fsetxattr", name));
    long v = scratch.bytes(value);
    calls.run("fsetxattr", name, () -> c.fsetxattr(descriptor, n, v, value.length, flags));
  }

  void remove(byte[] path, byte[] name, boolean follow) throws PosixException {
    String call = follow ? "removexattr" : "lremovexattr";
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole(call, path));
    long n = scratch.text(SystemCall.whole(call, name));
    long result = calls.runRaw(() -> follow ? c.removexattr(p, n) : c.lremovexattr(p, n));
    if (result < 0 && result != -Errno.ENODATA) {
      throw new PosixException(call, path, (int) -result);
    }
  }
}
