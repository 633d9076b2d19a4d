package org.georep.secondary.reconcile;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.secondary.tree.Node;

/**
 * Whether two files of the secondary hold the same bytes: for what somebody else may have changed,
 * before it is kept. Larger ones are taken to differ, since replication waits meanwhile. For one
 * thread.
 */
final class SameContents {
  private static final long LARGEST = 64 << 20;
  private static final int STEP = 128 << 10;

  private final Libc libc;
  private final ByteBuffer left = ByteBuffer.allocateDirect(STEP);
  private final ByteBuffer right = ByteBuffer.allocateDirect(STEP);

  SameContents(Libc libc) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
  }

  boolean areIn(Node one, Node other) throws PosixException {
    long size = one.stat().size();
    if (size != other.stat().size() || size > LARGEST) {
      return false;
    }
    int first = open(one);
    try {
      int second = open(other);
      try {
        return areIn(first, second, size);
      } finally {
        libc.close(second);
      }
    } finally {
      libc.close(first);
    }
  }

  private int open(Node file) throws PosixException {
    int flags = Linux.O_RDONLY | Linux.O_NONBLOCK;
    return libc.openat(Linux.AT_FDCWD, ProcPath.of(file.descriptor()), flags, 0);
  }

  private boolean areIn(int one, int other, long size) throws PosixException {
    for (long at = 0; at < size; at += left.limit()) {
      int step = (int) Math.min(STEP, size - at);
      if (!fill(left, one, at, step) || !fill(right, other, at, step) || !left.equals(right)) {
        return false;
      }
    }
    return true;
  }

  /** Returns false if the file is shorter than it was. */
  private boolean fill(ByteBuffer buffer, int file, long at, int length) throws PosixException {
    buffer.clear().limit(length);
    while (buffer.hasRemaining()) {
      if (libc.pread(file, buffer, at + buffer.position()) <= 0) {
        return false;
      }
    }
    buffer.flip();
    return true;
  }
}
