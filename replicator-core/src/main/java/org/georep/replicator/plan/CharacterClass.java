package org.georep.replicator.plan;

import java.nio.charset.StandardCharsets;

/**
 * A class of a pattern: {@code [abc]}, {@code [a-z]}, {@code [!a]} or {@code [^a]}, {@code
 * [[:alpha:]]}, {@code [\]]}. Of bytes, never of {@code /}; the named ones are those of ASCII.
 */
final class CharacterClass {
  private static final int NONE = -1;

  private CharacterClass() {}

  /**
   * Matches one byte.
   *
   * @param open where the class's {@code [} is
   * @return the place after its {@code ]}, or -1 if it does not match or has no end
   */
  static int match(byte[] pattern, int open, byte value) {
    int p = open + 1;
    boolean negated = p < pattern.length && (pattern[p] == '!' || pattern[p] == '^');
    if (negated) {
      p++;
    }
    int ch = value & 0xff;
    boolean matched = false;
    int previous = 0;
    boolean first = true;
    while (true) {
      if (p >= pattern.length) {
        return NONE;
      }
      int c = pattern[p] & 0xff;
      if (c == ']' && !first) {
        break;
      }
      first = false;
      if (c == '\\') {
        p++;
        if (p >= pattern.length) {
          return NONE;
        }
        c = pattern[p] & 0xff;
        matched |= c == ch;
        previous = c;
      } else if (c == '-' && previous != 0 && p + 1 < pattern.length && pattern[p + 1] != ']') {
        p++;
        c = pattern[p] & 0xff;
        if (c == '\\') {
          p++;
          if (p >= pattern.length) {
            return NONE;
          }
          c = pattern[p] & 0xff;
        }
        matched |= ch >= previous && ch <= c;
        previous = 0;
      } else if (c == '[' && p + 1 < pattern.length && pattern[p + 1] == ':') {
        int end = endOfName(pattern, p + 2);
        if (end == NONE) {
          return NONE;
        }
        if (pattern[end - 1] == ':' && end - 1 >= p + 2) {
          String name = new String(pattern, p + 2, end - 1 - (p + 2), StandardCharsets.ISO_8859_1);
          Boolean in = named(name, ch);
          if (in == null) {
            return NONE;
          }
          matched |= in;
          p = end;
          previous = 0;
        } else {
          // "[:" that ":]" does not end is a plain '['.
          matched |= ch == '[';
          previous = '[';
        }
      } else {
        matched |= c == ch;
        previous = c;
      }
      p++;
    }
    return matched == negated || ch == '/' ? NONE : p + 1;
  }

  private static int endOfName(byte[] pattern, int from) {
    for (int i = from; i < pattern.length; i++) {
      if (pattern[i] == ']') {
        return i;
      }
    }
    return NONE;
  }

  private static @org.jspecify.annotations.Nullable Boolean named(String name, int ch) {
    boolean upper = ch >= 'A' && ch <= 'Z';
    boolean lower = ch >= 'a' && ch <= 'z';
    boolean digit = ch >= '0' && ch <= '9';
    boolean graph = ch > ' ' && ch < 0x7f;
    return switch (name) {
      case "alnum" -> upper || lower || digit;
      case "alpha" -> upper || lower;
      case "blank" -> ch == ' ' || ch == '\t';
      case "cntrl" -> ch < ' ' || ch == 0x7f;
      case "digit" -> digit;
      case "graph" -> graph;
      case "lower" -> lower;
      case "print" -> graph || ch == ' ';
      case "punct" -> graph && !upper && !lower && !digit;
      case "space" -> ch == ' ' || (ch >= '\t' && ch <= '\r');
      case "upper" -> upper;
      case "xdigit" -> digit || (ch >= 'A' && ch <= 'F') || (ch >= 'a' && ch <= 'f');
      default -> null;
    };
  }
}
