package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;

/**
 * What a crawl sends of a directory instead of its listing: a digest over the names it holds and,
 * of each, gfid, kind, ctime and size. The agent computes the same over what was last applied;
 * where they agree the directory's names need no look.
 *
 * @param directory the directory
 * @param entries how many names the digest is of
 * @param value 16 bytes
 */
@Immutable
public record DirectoryDigest(
    Gfid directory, long entries, @SuppressWarnings("Immutable") byte[] value) {
  /** Checks its parts. */
  public DirectoryDigest {
    Objects.requireNonNull(directory, "directory is null");
    if (value.length != 16) {
      throw new IllegalArgumentException("a digest has 16 bytes, not " + value.length);
    }
  }

  /** Returns whether both speak of the same directory and contents. */
  @Override
  public boolean equals(Object other) {
    return other instanceof DirectoryDigest digest
        && directory.equals(digest.directory)
        && entries == digest.entries
        && Arrays.equals(value, digest.value);
  }

  @Override
  public int hashCode() {
    return 31 * directory.hashCode() + Arrays.hashCode(value);
  }

  /**
   * Adds up one directory: its entries in ascending order of name, then {@link #finish}. SHA-256,
   * cut to 16 bytes. For one thread.
   */
  public static final class Builder {
    private final MessageDigest sha;
    private final ByteBuffer entry = ByteBuffer.allocate(512);
    private long entries;

    /** Starts with no entries. */
    public Builder() {
      try {
        sha = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this Java has no SHA-256", e);
      }
    }

    /** Adds an entry. */
    public void add(FileName name, Gfid gfid, Kind kind, Instant ctime, long size) {
      entry.clear();
      entry.put((byte) name.length());
      name.copyTo(entry.array(), entry.position());
      entry.position(entry.position() + name.length());
      entry.put((byte) gfid.length());
      gfid.copyTo(entry.array(), entry.position());
      entry.position(entry.position() + gfid.length());
      entry.put((byte) kind.code());
      entry.putLong(ctime.getEpochSecond());
      entry.putInt(ctime.getNano());
      entry.putLong(size);
      sha.update(entry.array(), 0, entry.position());
      entries++;
    }

    /** Returns the digest of what was added, and starts anew. */
    public DirectoryDigest finish(Gfid directory) {
      DirectoryDigest digest =
          new DirectoryDigest(directory, entries, Arrays.copyOf(sha.digest(), 16));
      entries = 0;
      return digest;
    }
  }
}
