package org.georep.replicator.plan;

/**
 * Matches bytes against a pattern of {@code *}, {@code **}, {@code ?}, {@code [...]} and
 * backslashes, as rsync does. A star is tried from the shortest on, remembering for each place
 * whether the rest failed already, so that the time is bounded by the product of both lengths.
 */
final class Wildcard {
  private static final int NONE = -1;

  private final byte[] pattern;
  private final byte[] text;
  private final int offset;
  private final boolean[] failed;

  private Wildcard(byte[] pattern, byte[] text, int offset) {
    this.pattern = pattern;
    this.text = text;
    this.offset = offset;
    this.failed = new boolean[(pattern.length + 1) * (text.length - offset + 1)];
  }

  /** Returns whether the whole text from {@code start} on matches. */
  static boolean matches(byte[] pattern, byte[] text, int start) {
    return new Wildcard(pattern, text, start).match(0, start);
  }

  private boolean match(int patternAt, int textAt) {
    int p = patternAt;
    int t = textAt;
    while (p < pattern.length) {
      if (pattern[p] == '*') {
        return star(p, t);
      }
      if (t == text.length) {
        return false;
      }
      int next = single(p, t);
      if (next == NONE) {
        return false;
      }
      p = next;
      t++;
    }
    return t == text.length;
  }

  private boolean star(int patternAt, int textAt) {
    int p = patternAt;
    while (p < pattern.length && pattern[p] == '*') {
      p++;
    }
    boolean crosses = p - patternAt > 1;
    for (int t = textAt; t <= text.length; t++) {
      int place = p * (text.length - offset + 1) + t - offset;
      if (!failed[place]) {
        if (match(p, t)) {
          return true;
        }
        failed[place] = true;
      }
      if (t < text.length && text[t] == '/' && !crosses) {
        return false;
      }
    }
    return false;
  }

  /** Matches one byte: the place in the pattern after what matched it, or NONE. */
  private int single(int p, int t) {
    byte wanted = pattern[p];
    if (wanted == '?') {
      return text[t] == '/' ? NONE : p + 1;
    }
    if (wanted == '[') {
      return CharacterClass.match(pattern, p, text[t]);
    }
    if (wanted == '\\') {
      return p + 1 < pattern.length && pattern[p + 1] == text[t] ? p + 2 : NONE;
    }
    return wanted == text[t] ? p + 1 : NONE;
  }
}
