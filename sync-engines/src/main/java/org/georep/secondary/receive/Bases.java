package org.georep.secondary.receive;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.protocol.BlockDigests;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.tree.Node;
import org.jspecify.annotations.Nullable;

/** The copies held open for streams and for digests, by number. For any thread. */
public final class Bases {
  private static final int MOST_OPEN = 256;
  private static final int MOST_DIGESTS = 4 << 20;

  private final Libc libc;
  private final Map<Long, Basis> open = new ConcurrentHashMap<>();

  /** Makes it with none open. */
  public Bases(Libc libc) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
  }

  /**
   * Opens one.
   *
   * @param node a regular file
   * @return its size in bytes
   */
  public long open(long number, Node node) throws PosixException {
    if (open.size() >= MOST_OPEN) {
      throw new PosixException("open", new byte[0], Errno.EMFILE);
    }
    int file = libc.openat(Linux.AT_FDCWD, ProcPath.of(node.descriptor()), Linux.O_RDONLY, 0);
    Basis former = open.put(number, new Basis(libc, file, node.stat()));
    if (former != null) {
      former.release();
    }
    return node.stat().size();
  }

  /**
   * Returns whether an inode is one that was opened here, and its contents were not changed since.
   */
  public boolean isStill(long number, Node node) {
    Basis basis = open.get(number);
    return basis != null
        && basis.stat().inode() == node.stat().inode()
        && basis.stat().size() == node.stat().size()
        && basis.stat().mtime().equals(node.stat().mtime());
  }

  /** Returns whether one has holes; false if none of this number is open. */
  public boolean hasHoles(long number) throws PosixException {
    Basis basis = open.get(number);
    return basis != null && basis.hasHoles();
  }

  /** Answers with the digests of ranges. */
  public Reply digest(Request.DigestBlocks request) throws IOException {
    long blocks = 0;
    for (Request.Range range : request.ranges()) {
      blocks += range.length() / request.block() + 1;
      if (blocks > MOST_DIGESTS / request.digest()) {
        throw new IOException("more digests were asked for than fit into one answer");
      }
    }
    Basis basis = open.get(request.basis());
    if (basis == null || !basis.use()) {
      throw new IOException("the copy to be compared is not open");
    }
    try {
      return digests(basis, request);
    } finally {
      basis.release();
    }
  }

  private Reply digests(Basis basis, Request.DigestBlocks request) throws IOException {
    int all = 0;
    for (Request.Range range : request.ranges()) {
      all += BlockDigests.blocks(range.length(), request.block());
    }
    byte[] values = new byte[all * request.digest()];
    BlockDigests digests = new BlockDigests(libc);
    int at = 0;
    for (Request.Range range : request.ranges()) {
      int block = request.block();
      int digest = request.digest();
      digests.of(basis.descriptor(), range.offset(), range.length(), block, digest, values, at);
      at += BlockDigests.blocks(range.length(), block) * digest;
    }
    return new Reply.Digests(values);
  }

  /** Returns one to copy from, to be released; null if there is none of this number. */
  @Nullable Basis get(long number) {
    Basis basis = open.get(number);
    return basis != null && basis.use() ? basis : null;
  }

  /** Closes one, when nobody uses it any more. */
  public void close(long number) {
    Basis basis = open.remove(number);
    if (basis != null) {
      basis.release();
    }
  }

  /** Closes all. */
  void close() {
    open.values().forEach(Basis::release);
    open.clear();
  }
}
