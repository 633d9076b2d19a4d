package org.georep.name;

import com.google.errorprone.annotations.Immutable;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A path below a root: the names from the root down. The root itself is the empty path. Of any
 * length.
 */
@Immutable
public final class EntryPath {
  /** The root. */
  public static final EntryPath ROOT = new EntryPath(List.of());

  @SuppressWarnings("Immutable") // List.copyOf
  private final List<FileName> names;

  private EntryPath(List<FileName> names) {
    this.names = names;
  }

  /** Makes a path of names, from the root down. */
  public static EntryPath of(List<FileName> names) {
    return names.isEmpty() ? ROOT : new EntryPath(List.copyOf(names));
  }

  /**
   * Parses names separated by single slashes; the empty array is the root.
   *
   * @throws IllegalArgumentException if a part is no file name, so also for an absolute path,
   *     {@code ..} and a double slash
   */
  public static EntryPath parse(byte[] path) {
    List<FileName> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= path.length && path.length > 0; i++) {
      if (i == path.length || path[i] == '/') {
        names.add(FileName.of(java.util.Arrays.copyOfRange(path, start, i)));
        start = i + 1;
      }
    }
    return of(names);
  }

  /** Parses text, encoded as UTF-8. */
  public static EntryPath parse(String path) {
    return parse(path.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the path of an entry in the directory of this path. */
  public EntryPath resolve(FileName name) {
    List<FileName> longer = new ArrayList<>(names);
    longer.add(name);
    return new EntryPath(List.copyOf(longer));
  }

  /** Returns the names, from the root down. */
  public List<FileName> names() {
    return names;
  }

  /** Returns whether this is the root. */
  public boolean isRoot() {
    return names.isEmpty();
  }

  /** Returns whether this path is {@code top} or lies below it. */
  public boolean startsWith(EntryPath top) {
    return names.size() >= top.names.size() && names.subList(0, top.names.size()).equals(top.names);
  }

  /** Returns the names joined with slashes, without a leading one; empty for the root. */
  public byte[] toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (FileName name : names) {
      if (out.size() > 0) {
        out.write('/');
      }
      out.writeBytes(name.toBytes());
    }
    return out.toByteArray();
  }

  /** Returns the exact bytes in base64. */
  public String toBase64() {
    return Base64.getEncoder().encodeToString(toBytes());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryPath path && names.equals(path.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  /** Returns the path as shown to people; {@code .} for the root. */
  @Override
  public String toString() {
    return names.isEmpty() ? "." : Shown.of(toBytes());
  }
}
