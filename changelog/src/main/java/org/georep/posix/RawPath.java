package org.georep.posix;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Between the bytes of a path and {@link Path}, exactly, whatever the locale: by way of the file
 * URI, in which Java writes every byte of its own. A {@code Path} made of text, or its text, loses
 * bytes under {@code LC_ALL=C}. For the operator's own paths (roots, state directories); names in a
 * tree are {@link org.georep.name.FileName}s and never become a {@code Path}.
 */
public final class RawPath {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private RawPath() {}

  /** Returns the bytes of the path, made absolute, without a trailing slash. */
  public static byte[] toBytes(Path path) {
    String escaped = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(escaped.charAt(i));
      }
    }
    byte[] all = bytes.toByteArray();
    // Java ends the URI of what is a directory just now with a slash.
    boolean slash = all.length > 1 && all[all.length - 1] == '/';
    return slash ? Arrays.copyOf(all, all.length - 1) : all;
  }

  /**
   * Returns the path of the given bytes.
   *
   * @throws IllegalArgumentException if they are not an absolute path, or hold NUL
   */
  public static Path toPath(byte[] absolute) {
    if (absolute.length == 0 || absolute[0] != '/') {
      throw new IllegalArgumentException("not an absolute path");
    }
    StringBuilder escaped = new StringBuilder("file://");
    for (byte b : absolute) {
      if (b == '/' || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z')) {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(HEX.toHexDigits(b));
      }
    }
    return Path.of(URI.create(escaped.toString()));
  }

  /** Returns the bytes of text that is plain ASCII, such as a literal in a program. */
  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
