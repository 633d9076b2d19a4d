package org.georep.replicator.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The primary's path as a file name: {@code /} as {@code _}, letters, digits, {@code .}, {@code -}
 * as they are, every other byte, {@code _} and {@code %} too, as {@code %XX}; so that two paths
 * never have the same one. What would be too long for a file name is cut and ended by a digest.
 */
public final class VolumeName {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final int LONGEST = 200;
  private static final int KEPT = 160;

  private VolumeName() {}

  /** Returns the file name of a volume whose root has the given absolute real path. */
  public static String of(byte[] path) {
    StringBuilder out = new StringBuilder(path.length);
    for (byte b : path) {
      if (b == '/') {
        out.append('_');
      } else if ((b >= 'a' && b <= 'z')
          || (b >= 'A' && b <= 'Z')
          || (b >= '0' && b <= '9')
          || b == '.'
          || b == '-') {
        out.append((char) b);
      } else {
        out.append('%').append(HEX.toHexDigits(b));
      }
    }
    if (out.length() <= LONGEST) {
      return out.toString();
    }
    // No path is written with a '%' that two hexadecimal digits do not follow.
    return out.substring(0, KEPT) + "%-" + HEX.formatHex(digest(out.toString()), 0, 12);
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
