package org.georep.posix;

import org.georep.name.Gfid;

/** The part of {@link NativeLibc} that deals with inodes apart from names: handles and flags. */
final class NativeInodes {
  private static final long FS_IOC_GETFLAGS = 0x80086601L;
  private static final long FS_IOC_SETFLAGS = 0x40086602L;

  private final Native.Functions c;
  private final SystemCall calls;

  NativeInodes(Native lib) {
    this.c = lib.functions();
    this.calls = new SystemCall(lib);
  }

  FileHandle nameToHandleAt(int directory, byte[] path, int atFlags) throws PosixException {
    Scratch scratch = Scratch.begin();
    long p = scratch.text(SystemCall.whole("name_to_handle_at", path));
    Scratch.Struct handle = scratch.struct(Layout.FILE_HANDLE_HEADER + Layout.FILE_HANDLE_MAX);
    handle.putInt(0, Layout.FILE_HANDLE_MAX).putInt(4, 0);
    long mountId = scratch.struct(8).address();
    calls.run(
        "name_to_handle_at",
        path,
        () -> c.name_to_handle_at(directory, p, handle.address(), mountId, atFlags));
    int length = handle.intAt(0);
    int type = handle.intAt(4);
    if (length == 0 || length > Gfid.MAX_LENGTH - 2 || type < 0 || type > 255) {
      // As the kernel says of a handle that does not fit into what it was given.
      throw new PosixException("name_to_handle_at", path, Errno.EOVERFLOW);
    }
    return FileHandle.of(type, handle.bytesAt(Layout.FILE_HANDLE_HEADER, length));
  }

  int openByHandleAt(int mountDescriptor, FileHandle handle, int realFlags) throws PosixException {
    byte[] bytes = handle.toBytes();
    Scratch.Struct struct = Scratch.begin().struct(Layout.FILE_HANDLE_HEADER + bytes.length);
    struct.putInt(0, bytes.length).putInt(4, handle.type());
    struct.putBytes(Layout.FILE_HANDLE_HEADER, bytes);
    return calls.run(
        "open_by_handle_at",
        () -> c.open_by_handle_at(mountDescriptor, struct.address(), realFlags));
  }

  /** The request's number says long; what the kernel reads and writes is an int. */
  int getFlags(int descriptor) throws PosixException {
    Scratch.Struct flags = Scratch.begin().struct(8);
    calls.run("FS_IOC_GETFLAGS", () -> c.ioctl(descriptor, FS_IOC_GETFLAGS, flags.address()));
    return flags.intAt(0);
  }

  void setFlags(int descriptor, int flags) throws PosixException {
    Scratch.Struct argument = Scratch.begin().struct(8);
    argument.putInt(0, flags).putInt(4, 0);
    calls.run("FS_IOC_SETFLAGS", () -> c.ioctl(descriptor, FS_IOC_SETFLAGS, argument.address()));
  }
}
