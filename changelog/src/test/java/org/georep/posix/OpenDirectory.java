package org.georep.posix;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** An open directory for tests of libc, and the few things they all do in one. */
final class OpenDirectory implements AutoCloseable {
  static final int NEW_FILE = Linux.O_RDWR | Linux.O_CREAT | Linux.O_EXCL;
  static final byte[] ITSELF = {};

  private final Libc libc;
  private final int descriptor;

  OpenDirectory(Libc libc, Path path) throws PosixException {
    this.libc = libc;
    int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
    this.descriptor = libc.openat(Linux.AT_FDCWD, RawPath.toBytes(path), flags, 0);
  }

  int descriptor() {
    return descriptor;
  }

  /** Makes a file of the content. */
  void file(String name, String content) throws PosixException {
    int file = libc.openat(descriptor, RawPath.ascii(name), NEW_FILE, 0644);
    libc.write(file, direct(content));
    libc.close(file);
  }

  /** Opens an existing file, to read and write. */
  int open(String name) throws PosixException {
    return libc.openat(descriptor, RawPath.ascii(name), Linux.O_RDWR, 0);
  }

  /** Opens whatever it is as O_PATH, not following a link. */
  int openPath(String name) throws PosixException {
    int flags = Linux.O_PATH | Linux.O_NOFOLLOW;
    return libc.openat(descriptor, RawPath.ascii(name), flags, 0);
  }

  Stat stat(String name) throws PosixException {
    return libc.statx(descriptor, RawPath.ascii(name), Linux.AT_SYMLINK_NOFOLLOW);
  }

  String content(String name) throws PosixException {
    int file = libc.openat(descriptor, RawPath.ascii(name), Linux.O_RDONLY, 0);
    ByteBuffer all = ByteBuffer.allocateDirect(1 << 20);
    while (libc.read(file, all) > 0) {}
    libc.close(file);
    return text(all.flip());
  }

  List<String> names() throws PosixException {
    return libc.list(descriptor).stream().map(entry -> entry.name().toString()).sorted().toList();
  }

  static ByteBuffer direct(String content) {
    byte[] bytes = RawPath.ascii(content);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  static String text(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return text(bytes);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  static byte[] repeat(char c, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) c);
    return bytes;
  }

  @Override
  public void close() throws PosixException {
    libc.close(descriptor);
  }
}
