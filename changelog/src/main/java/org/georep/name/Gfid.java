package org.georep.name;

import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The identity of a file on the primary: stable across renames, never used again within the file's
 * life, opaque to everyone but the one who made it. 1 to 48 bytes. On a plain file system it is the
 * kernel's file handle (one byte of kind, then the handle's type and bytes); see {@code
 * org.georep.posix.FileHandle}.
 */
@Immutable
public final class Gfid implements Comparable<Gfid> {
  /** The longest identity, in bytes. Kernel handles of the file systems in use take 8 to 40. */
  public static final int MAX_LENGTH = 48;

  @SuppressWarnings("Immutable") // never handed out or changed
  private final byte[] bytes;

  private Gfid(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Makes an identity of a copy of the given bytes.
   *
   * @throws IllegalArgumentException if there are none, or more than {@value #MAX_LENGTH}
   */
  public static Gfid of(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_LENGTH) {
      throw new IllegalArgumentException("a gfid has 1 to 48 bytes, not " + bytes.length);
    }
    return new Gfid(bytes.clone());
  }

  /**
   * Parses what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no gfid
   */
  public static Gfid parse(String hex) {
    return of(HexFormat.of().parseHex(hex));
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Returns how many bytes it has. */
  public int length() {
    return bytes.length;
  }

  /** Copies the bytes into {@code target} at {@code offset}. */
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, bytes.length);
  }

  @Override
  public int compareTo(Gfid other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Gfid gfid && Arrays.equals(bytes, gfid.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns lower-case hexadecimal digits: a safe file name. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
