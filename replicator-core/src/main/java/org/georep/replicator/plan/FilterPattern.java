package org.georep.replicator.plan;

import java.util.Arrays;

/** One pattern of rsync's language, prepared for matching. Immutable. */
final class FilterPattern {
  private final byte[] pattern;
  private final boolean directoriesOnly;
  private final boolean anchored;
  private final boolean wild;
  private final boolean anyDepth;
  private final boolean leadsAnyDepth;
  private final boolean withContents;
  private final int slashes;

  FilterPattern(byte[] text) {
    directoriesOnly = text.length > 1 && text[text.length - 1] == '/';
    byte[] bare = directoriesOnly ? Arrays.copyOf(text, text.length - 1) : text;
    anchored = bare.length > 0 && bare[0] == '/';
    slashes = count(bare);
    pattern = anchored ? Arrays.copyOfRange(bare, 1, bare.length) : bare.clone();
    wild = indexOfAny(pattern, "*?[") >= 0;
    int stars = indexOf(pattern, "**");
    anyDepth = stars >= 0;
    leadsAnyDepth = stars == 0 && !anchored;
    withContents = endsWith(pattern, "***");
  }

  /** Returns whether it looks at more of a path than the last name. */
  boolean tellsPlaces() {
    return slashes > 0 || anyDepth;
  }

  /**
   * Returns whether it matches.
   *
   * @param path from the root down, without a leading slash
   */
  boolean matches(byte[] path, boolean directory) {
    if (directoriesOnly && !directory) {
      return false;
    }
    byte[] text = withContents && directory ? withSlash(path) : path;
    if (leadsAnyDepth) {
      // "**/NAME" matches NAME at the root too: as if the path began with a slash.
      return Wildcard.matches(pattern, withLeadingSlash(text), 0);
    }
    if (slashes == 0 && !anyDepth) {
      return whole(text, lastStart(path, 1));
    }
    if (anchored) {
      return whole(text, 0);
    }
    if (!wild || !anyDepth) {
      // As many names from the end as the pattern has: it cannot match more or fewer.
      int start = lastStart(path, slashes + 1);
      return start >= 0 && whole(text, start);
    }
    for (int start = 0; start >= 0; start = nextStart(text, start)) {
      if (whole(text, start)) {
        return true;
      }
    }
    return false;
  }

  private boolean whole(byte[] text, int start) {
    return wild
        ? Wildcard.matches(pattern, text, start)
        : Arrays.equals(pattern, 0, pattern.length, text, start, text.length);
  }

  private static int nextStart(byte[] text, int from) {
    for (int i = from; i < text.length - 1; i++) {
      if (text[i] == '/') {
        return i + 1;
      }
    }
    return -1;
  }

  /** Returns where the last so many names begin, or -1 if there are fewer. */
  private static int lastStart(byte[] path, int names) {
    int left = names;
    for (int i = path.length - 1; i >= 0; i--) {
      if (path[i] == '/' && --left == 0) {
        return i + 1;
      }
    }
    return left == 1 ? 0 : -1;
  }

  private static byte[] withSlash(byte[] path) {
    byte[] longer = Arrays.copyOf(path, path.length + 1);
    longer[path.length] = '/';
    return longer;
  }

  private static byte[] withLeadingSlash(byte[] path) {
    byte[] longer = new byte[path.length + 1];
    longer[0] = '/';
    System.arraycopy(path, 0, longer, 1, path.length);
    return longer;
  }

  private static int count(byte[] bytes) {
    int count = 0;
    for (byte b : bytes) {
      count += b == '/' ? 1 : 0;
    }
    return count;
  }

  private static int indexOfAny(byte[] bytes, String wanted) {
    for (int i = 0; i < bytes.length; i++) {
      if (wanted.indexOf(bytes[i]) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private static int indexOf(byte[] bytes, String wanted) {
    for (int i = 0; i + wanted.length() <= bytes.length; i++) {
      if (matchesAt(bytes, i, wanted)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean endsWith(byte[] bytes, String wanted) {
    return bytes.length >= wanted.length()
        && matchesAt(bytes, bytes.length - wanted.length(), wanted);
  }

  private static boolean matchesAt(byte[] bytes, int at, String wanted) {
    for (int i = 0; i < wanted.length(); i++) {
      if (bytes[at + i] != wanted.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
