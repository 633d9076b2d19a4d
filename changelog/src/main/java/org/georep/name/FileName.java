package org.georep.name;

import com.google.errorprone.annotations.Immutable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The name of one directory entry: 1 to 255 bytes, none of them NUL or {@code /}, and neither
 * {@code .} nor {@code ..}. Ordered by unsigned bytes.
 */
@Immutable
public final class FileName implements Comparable<FileName> {
  /** The longest name Linux file systems hold, in bytes. */
  public static final int MAX_LENGTH = 255;

  @SuppressWarnings("Immutable") // never handed out or changed
  private final byte[] bytes;

  private FileName(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Makes a name of a copy of the given bytes.
   *
   * @throws IllegalArgumentException if they are no file name
   */
  public static FileName of(byte[] bytes) {
    check(bytes);
    return new FileName(bytes.clone());
  }

  /** Makes a name of text, encoded as UTF-8. */
  public static FileName of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    check(bytes);
    return new FileName(bytes);
  }

  private static void check(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_LENGTH) {
      throw new IllegalArgumentException("a file name has 1 to 255 bytes, not " + bytes.length);
    }
    for (byte b : bytes) {
      if (b == 0 || b == '/') {
        throw new IllegalArgumentException(
            "a file name has no NUL and no slash: " + Shown.of(bytes));
      }
    }
    if (bytes[0] == '.' && (bytes.length == 1 || (bytes.length == 2 && bytes[1] == '.'))) {
      throw new IllegalArgumentException("'.' and '..' name no entry of their own");
    }
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Returns how many bytes the name has. */
  public int length() {
    return bytes.length;
  }

  /** Returns the bytes followed by NUL, as the kernel wants them. */
  public byte[] toNulTerminated() {
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /** Copies the bytes into {@code target} at {@code offset}. */
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, bytes.length);
  }

  /** Returns the exact bytes in base64. */
  public String toBase64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public int compareTo(FileName other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileName name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns the name as shown to people, see {@link Shown}. */
  @Override
  public String toString() {
    return Shown.of(bytes);
  }
}
