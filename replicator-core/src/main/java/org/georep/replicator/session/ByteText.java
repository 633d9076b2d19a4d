package org.georep.replicator.session;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes as a {@code String} without loss, for the two places that only take text: the command
 * line's parser and YAML. Valid UTF-8 stands for itself; a byte HH that is not part of valid UTF-8
 * becomes the lone surrogate U+DCHH, which no valid UTF-8 yields. Not for people: see {@link
 * org.georep.name.Shown}.
 */
public final class ByteText {
  private static final char ESCAPE = '\uDC00';

  private ByteText() {}

  /** Returns the text that stands for the bytes. */
  public static String of(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    int at = 0;
    while (at < bytes.length) {
      int length = valid(bytes, at);
      if (length == 0) {
        out.append((char) (ESCAPE + (bytes[at] & 0xff)));
        at++;
      } else {
        out.append(StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes, at, length)));
        at += length;
      }
    }
    return out.toString();
  }

  /** Returns the bytes a text stands for: the inverse of {@link #of}, and UTF-8 for other text. */
  public static byte[] bytes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (point >= ESCAPE + 0x80 && point <= ESCAPE + 0xff) {
                out.write(point - ESCAPE);
              } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
              }
            });
    return out.toByteArray();
  }

  /** Returns whether the bytes are valid UTF-8, so that the text is plain text. */
  public static boolean isPlain(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Returns the length of the valid sequence at a place, 0 if there is none. */
  private static int valid(byte[] bytes, int at) {
    for (int length = 1; length <= 4 && at + length <= bytes.length; length++) {
      if (isPlain(Arrays.copyOfRange(bytes, at, at + length))) {
        return length;
      }
    }
    return 0;
  }
}
