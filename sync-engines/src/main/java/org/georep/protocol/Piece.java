package org.georep.protocol;

import java.util.Objects;
import java.util.Optional;

/**
 * What a stream of contents is made of. A file is a {@link Begin}, then its {@link Data} and {@link
 * Copy} in any order and number, then an {@link End} or a {@link Drop}; the next file may follow. A
 * piece never spans two frames.
 */
public sealed interface Piece {
  /** The longest {@link Data}, in bytes. */
  int MOST_DATA = 1 << 20;

  /**
   * A file begins.
   *
   * @param batch the batch its contents are read for
   * @param state what it will be when it is whole
   * @param basis the number of the {@link Request.OpenBasis} that {@link Copy} takes from, 0 for
   *     none
   */
  record Begin(long batch, EntryState state, long basis) implements Piece {
    /** Checks its part. */
    public Begin {
      Objects.requireNonNull(state, "state is null");
    }
  }

  /**
   * Bytes of the file; what no piece covers is a hole.
   *
   * @param offset where in the file, at least 0
   * @param frame holds them; not to be changed
   * @param from where in {@code frame}
   * @param length how many
   */
  record Data(long offset, byte[] frame, int from, int length) implements Piece {
    /** Checks its parts. */
    public Data {
      Objects.requireNonNull(frame, "frame is null");
      if (offset < 0 || length > MOST_DATA || offset + length < 0) {
        throw new IllegalArgumentException("no place for data: " + offset + " + " + length);
      }
    }
  }

  /**
   * Bytes the basis has.
   *
   * @param offset where in the file and in the basis, at least 0
   * @param length how many, at least 0
   */
  record Copy(long offset, long length) implements Piece {
    /** Checks its parts. */
    public Copy {
      if (offset < 0 || length < 0 || offset + length < 0) {
        throw new IllegalArgumentException("no range: " + offset + " + " + length);
      }
    }
  }

  /**
   * The file is whole.
   *
   * @param digest what {@link BlockDigests#root} has to be of what was put together here; present
   *     when a basis was used
   */
  record End(@SuppressWarnings("Immutable") Optional<byte[]> digest) implements Piece {
    /** Checks its part. */
    public End {
      Objects.requireNonNull(digest, "digest is null");
    }
  }

  /** The file is not to be published: it changed or could not be read to its end. */
  record Drop() implements Piece {}
}
