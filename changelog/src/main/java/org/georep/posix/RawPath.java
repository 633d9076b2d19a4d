package org.georep.posix;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Between the bytes of a path and {@link Path}, exactly, whatever the locale: by way of the file
 * URI, in which Java writes every byte of its own. A {@code Path} made of text, or its text, loses
 * bytes under {@code LC_ALL=C}. For the operator's own paths (roots, state directories); names in a
 * tree are {@link org.georep.name.FileName}s and never become a {@code Path}.
 */
public final class RawPath {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /**
   * Java asks the kernel whether what it makes a URI of is a directory. A path with this behind it
   * the kernel refuses before it looks anywhere.
   */
  private static final String TOO_LONG = "x".repeat(4096);

  private RawPath() {}

  /**
   * Returns the bytes of the path, made absolute, without a trailing slash. Nothing is looked at: a
   * file system that hangs does not matter.
   */
  public static byte[] toBytes(Path path) {
    Path absolute = path.toAbsolutePath();
    String text = absolute.toString();
    return text.chars().allMatch(RawPath::isPlain) ? ascii(text) : ofUri(absolute);
  }

  /** Of other characters the text may not tell which bytes they were. */
  private static boolean isPlain(int character) {
    return character < 0x80;
  }

  private static byte[] ofUri(Path absolute) {
    String longer = absolute.resolve(TOO_LONG).toUri().getRawPath();
    int end = longer.length() - TOO_LONG.length() - 1;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(end);
    for (int i = 0; i < end; i++) {
      if (longer.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(longer, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(longer.charAt(i));
      }
    }
    return bytes.toByteArray();
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
