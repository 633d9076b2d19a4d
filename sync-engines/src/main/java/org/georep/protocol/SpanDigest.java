package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;

/**
 * What a verify sends of a part of a directory: a digest over all that is compared of the entries,
 * and, with its first part, of the directory itself. The agent computes the same over what is
 * really there; only where they differ does the listing follow.
 *
 * @param directory the directory
 * @param span which of its names
 * @param value 16 bytes
 */
@Immutable
public record SpanDigest(
    Gfid directory, NameSpan span, @SuppressWarnings("Immutable") byte[] value) {
  /** Checks its parts. */
  public SpanDigest {
    Objects.requireNonNull(directory, "directory is null");
    Objects.requireNonNull(span, "span is null");
    if (value.length != 16) {
      throw new IllegalArgumentException("a digest has 16 bytes, not " + value.length);
    }
  }

  /** Returns whether both speak of the same entries. */
  @Override
  public boolean equals(Object other) {
    return other instanceof SpanDigest digest
        && directory.equals(digest.directory)
        && span.equals(digest.span)
        && Arrays.equals(value, digest.value);
  }

  @Override
  public int hashCode() {
    return 31 * directory.hashCode() + Arrays.hashCode(value);
  }

  /**
   * Adds up one part: the directory itself if it is its first, then its entries in ascending order
   * of name. SHA-256, cut to 16 bytes. For one thread.
   */
  public static final class Builder {
    private final MessageDigest sha;

    /** Starts with nothing. */
    public Builder() {
      try {
        sha = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this Java has no SHA-256", e);
      }
    }

    /** Adds the directory itself. */
    public void itself(EntryState state) throws ProtocolException {
      WireWriter out = new WireWriter();
      Values.state(out, compared(state));
      sha.update(out.toBytes());
    }

    /** Adds an entry. A directory's own attributes go with its own names. */
    public void add(FileName name, EntryState state) throws ProtocolException {
      WireWriter out = new WireWriter();
      Values.name(out, name);
      if (state.isDirectory()) {
        directory(out, state.gfid());
      } else {
        Values.state(out, compared(state));
      }
      sha.update(out.toBytes());
    }

    /** Adds a directory's name. */
    public void addDirectory(FileName name, Gfid gfid) throws ProtocolException {
      WireWriter out = new WireWriter();
      Values.name(out, name);
      directory(out, gfid);
      sha.update(out.toBytes());
    }

    private static void directory(WireWriter out, Gfid gfid) throws ProtocolException {
      out.octet(0xff);
      Values.gfid(out, gfid);
    }

    /** All that both sides can have alike: neither ctime nor where holes are, nor links outside. */
    private static EntryState compared(EntryState state) {
      return new EntryState(
          state.gfid(),
          state.kind(),
          state.permissions(),
          state.uid(),
          state.gid(),
          state.mtime(),
          Instant.EPOCH,
          false,
          state.size(),
          false,
          1,
          state.rdev(),
          state.target(),
          state.xattrs(),
          state.flags());
    }

    /** Returns the digest of what was added, and starts anew. */
    public SpanDigest finish(Gfid directory, NameSpan span) {
      return new SpanDigest(directory, span, Arrays.copyOf(sha.digest(), 16));
    }
  }
}
