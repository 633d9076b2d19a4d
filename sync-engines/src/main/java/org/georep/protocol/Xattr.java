package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;
import java.util.Objects;
import org.georep.name.Shown;

/**
 * An extended attribute, ACLs among them ({@code system.posix_acl_access}, {@code
 * system.posix_acl_default}), as the kernel gives it.
 */
@Immutable
public final class Xattr implements Comparable<Xattr> {
  private static final int LONGEST_NAME = 255;

  @SuppressWarnings("Immutable") // never changed; see name() and value()
  private final byte[] name;

  @SuppressWarnings("Immutable")
  private final byte[] value;

  /**
   * Makes one of the given arrays, which must not be changed afterwards.
   *
   * @throws IllegalArgumentException if the kernel would take the name for another or none
   */
  public Xattr(byte[] name, byte[] value) {
    this.name = Objects.requireNonNull(name, "name is null");
    if (name.length == 0 || name.length > LONGEST_NAME) {
      throw new IllegalArgumentException("an attribute's name has 1 to 255 bytes");
    }
    for (byte b : name) {
      if (b == 0) {
        throw new IllegalArgumentException("an attribute has no NUL in its name");
      }
    }
    this.value = Objects.requireNonNull(value, "value is null");
  }

  /** Returns the name with its namespace. Not to be changed. */
  public byte[] name() {
    return name;
  }

  /** Returns the value. Not to be changed. */
  public byte[] value() {
    return value;
  }

  @Override
  public int compareTo(Xattr other) {
    int byName = Arrays.compareUnsigned(name, other.name);
    return byName != 0 ? byName : Arrays.compareUnsigned(value, other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Xattr xattr
        && Arrays.equals(name, xattr.name)
        && Arrays.equals(value, xattr.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(name) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return Shown.of(name) + " (" + value.length + " bytes)";
  }
}
