package org.georep.protocol;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.posix.Segment;

/**
 * SHA-256 of a file's contents, by which both ends find that a copy is what it should be. Of a file
 * without holes it is that of its bytes and nothing else; one with holes is begun with where its
 * data lie (offset and length of each part, eight bytes each, the most significant first), so that
 * zeros are not taken for the hole that should be there, nor a hole for zeros. For one thread.
 */
public final class ContentDigest {
  /** In a file with more parts what follows counts as one. */
  private static final int MOST_PARTS = 100_000;

  private final MessageDigest sha = BlockDigests.sha256();

  /**
   * Begins one, before anything of the file is read: reading lets what was merely allocated look
   * like data.
   *
   * @param size the file's size in bytes
   */
  public static ContentDigest of(Libc libc, int descriptor, long size) throws PosixException {
    ContentDigest digest = new ContentDigest();
    if (Segment.hasHoles(libc, descriptor, size)) {
      ByteBuffer numbers = ByteBuffer.allocate(2 * Long.BYTES);
      for (Segment part : Segment.of(libc, descriptor, size, MOST_PARTS)) {
        numbers.clear().putLong(part.offset()).putLong(part.length());
        digest.add(numbers.flip());
      }
    }
    return digest;
  }

  private ContentDigest() {}

  /** Takes in the bytes that follow. */
  public void add(ByteBuffer bytes) {
    sha.update(bytes);
  }

  /** Ends it. */
  public byte[] value() {
    return sha.digest();
  }
}
