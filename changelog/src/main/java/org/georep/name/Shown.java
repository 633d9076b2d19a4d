package org.georep.name;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * How bytes of a name are shown to a person. Printable UTF-8 stands for itself; a backslash is
 * doubled; newline, tab and carriage return are {@code \n}, {@code \t}, {@code \r}; every other
 * control character and every byte that is not part of valid UTF-8 is {@code \xHH}. The text is
 * unambiguous, contains no control character and never breaks a line.
 */
public final class Shown {
  private Shown() {}

  /** Returns the escaped form of the given bytes. */
  public static String of(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length + 8);
    int at = 0;
    while (at < bytes.length) {
      int length = sequenceLength(bytes, at);
      String text = length == 0 ? null : decode(bytes, at, length);
      if (text == null || isControl(text)) {
        escape(out, bytes[at]);
        at++;
      } else {
        out.append(text.equals("\\") ? "\\\\" : text);
        at += length;
      }
    }
    return out.toString();
  }

  private static int sequenceLength(byte[] bytes, int at) {
    int lead = bytes[at] & 0xff;
    int length =
        lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    return at + length <= bytes.length ? length : 0;
  }

  private static @org.jspecify.annotations.Nullable String decode(
      byte[] bytes, int at, int length) {
    try {
      CharBuffer text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
      return text.toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /**
   * Control characters, and the separators and direction marks that would disturb a line of a
   * terminal or a log.
   */
  private static boolean isControl(String text) {
    int point = text.codePointAt(0);
    int type = Character.getType(point);
    return Character.isISOControl(point)
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  private static void escape(StringBuilder out, byte value) {
    switch (value) {
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      case '\r' -> out.append("\\r");
      default -> out.append(String.format("\\x%02X", value & 0xff));
    }
  }
}
