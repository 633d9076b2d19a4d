package org.georep.secondary.examine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Tree;

/**
 * SHA-256 of parts of files as they are here. A request is bounded in bytes, so that replication,
 * which waits behind it, waits for a fraction of a second. For one thread.
 */
public final class Hashes {
  private static final int BUFFER = 1 << 20;

  private final Libc libc;
  private final Tree tree;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

  /** Makes it. */
  public Hashes(Libc libc, Tree tree) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
  }

  /**
   * Returns the digests; none of what is not here or cannot be read.
   *
   * @throws IOException if more is asked for than a request may
   */
  public Reply.Hashed hash(Request.Hash request) throws IOException {
    long left = Request.Hash.MOST_HASHED;
    for (Request.Piece piece : request.pieces()) {
      if (piece.length() > left) {
        throw new IOException("more is to be hashed than one request may ask for");
      }
      left -= piece.length();
    }
    List<Optional<byte[]>> digests = new ArrayList<>();
    for (Request.Piece piece : request.pieces()) {
      try {
        digests.add(digest(piece));
      } catch (PosixException e) {
        digests.add(Optional.empty());
      }
      tree.directories().trim();
    }
    return new Reply.Hashed(digests);
  }

  private Optional<byte[]> digest(Request.Piece piece) throws PosixException {
    Found found =
        tree.find(piece.gfid(), file -> file.kind() == Kind.FILE && !file.directory().isLimbo());
    if (found == null) {
      return Optional.empty();
    }
    try (Node node = tree.open(found.directory(), found.name())) {
      return node == null ? Optional.empty() : Optional.of(digest(node, piece));
    }
  }

  private byte[] digest(Node node, Request.Piece piece) throws PosixException {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
    int flags = Linux.O_RDONLY | Linux.O_NONBLOCK;
    int file = libc.openat(Linux.AT_FDCWD, ProcPath.of(node.descriptor()), flags, 0);
    try {
      long at = piece.offset();
      long end = at + piece.length();
      while (at < end) {
        buffer.clear().limit((int) Math.min(BUFFER, end - at));
        int read = libc.pread(file, buffer, at);
        if (read == 0) {
          break; // shorter than the primary's: another digest
        }
        sha.update(buffer.flip());
        at += read;
      }
    } finally {
      libc.close(file);
    }
    return sha.digest();
  }

  /** Notes that contents of files are not what georep left there. */
  public void disown(List<Gfid> files) throws PosixException {
    for (Gfid gfid : files) {
      try {
        for (Found found : tree.places(gfid)) {
          if (found.kind() == Kind.FILE) {
            tree.mark(found, found.mark().orElseGet(() -> Mark.of(gfid)).disowned());
          }
        }
      } catch (PosixException e) {
        if (!e.is(Errno.EXDEV)) {
          throw e;
        }
        // Under a mount nothing of it is replaced: what is sent for it fails.
      }
      tree.directories().trim();
    }
  }
}
