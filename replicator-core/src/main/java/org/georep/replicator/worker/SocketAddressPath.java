package org.georep.replicator.worker;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.ProcPath;
import org.georep.posix.RawPath;

/**
 * A Unix socket's path short enough for Java, which takes 106 bytes (the kernel, 107): where it is
 * longer, by way of its directory, held open. To be closed when bound or connected.
 */
final class SocketAddressPath implements AutoCloseable {
  private static final int LONGEST = 106;

  private final Libc libc;
  private final UnixDomainSocketAddress address;
  private final int directory;

  private SocketAddressPath(Libc libc, UnixDomainSocketAddress address, int directory) {
    this.libc = libc;
    this.address = address;
    this.directory = directory;
  }

  static SocketAddressPath of(Libc libc, Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    if (RawPath.toBytes(absolute).length <= LONGEST) {
      return new SocketAddressPath(libc, UnixDomainSocketAddress.of(absolute), -1);
    }
    byte[] parent = RawPath.toBytes(Objects.requireNonNull(absolute.getParent(), "no parent"));
    int directory = libc.openat(Linux.AT_FDCWD, parent, Linux.O_PATH | Linux.O_DIRECTORY, 0);
    Path by = RawPath.toPath(ProcPath.of(directory)).resolve(absolute.getFileName());
    return new SocketAddressPath(libc, UnixDomainSocketAddress.of(by), directory);
  }

  UnixDomainSocketAddress address() {
    return address;
  }

  @Override
  public void close() throws IOException {
    if (directory >= 0) {
      libc.close(directory);
    }
  }
}
