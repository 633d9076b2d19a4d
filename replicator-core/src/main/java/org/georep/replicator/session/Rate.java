package org.georep.replicator.session;

import com.google.errorprone.annotations.Immutable;
import java.util.Locale;

/**
 * Bytes per second, 1 or more, or without limit. Written as a {@link Size} a second ({@code
 * 10MB/s}; the {@code /s} may be left out), as {@code 100Mbit/s} (powers of 1000 bits), or as
 * {@code none} (or {@code unlimited}).
 */
@Immutable
public record Rate(long bytesPerSecond) {
  /** Without limit. */
  public static final Rate UNLIMITED = new Rate(Long.MAX_VALUE);

  /** Checks its part. */
  public Rate {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException("a rate is at least 1 byte a second: " + bytesPerSecond);
    }
  }

  /**
   * Parses a rate.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  public static Rate parse(String text) {
    String bare = text.strip();
    if (bare.equals("none") || bare.equals("unlimited")) {
      return UNLIMITED;
    }
    if (bare.endsWith("/s")) {
      bare = bare.substring(0, bare.length() - 2);
    }
    String lower = bare.toLowerCase(Locale.ROOT);
    long divisor = 1;
    if (lower.endsWith("bit")) {
      String letter = lower.substring(0, lower.length() - 3);
      bare = letter.matches(".*[kmgt]") ? letter + "b" : letter;
      divisor = 8;
    }
    try {
      long bytes = Size.parse(bare).bytes() / divisor;
      if (bytes >= 1) {
        return new Rate(bytes);
      }
    } catch (IllegalArgumentException e) {
      throw wrong(text, e);
    }
    throw wrong(text, null);
  }

  private static IllegalArgumentException wrong(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    return new IllegalArgumentException(
        "'" + text + "' is no rate; write one like 10MB/s, 512KiB/s, 100Mbit/s or none", cause);
  }

  /** Returns whether there is no limit. */
  public boolean isUnlimited() {
    return bytesPerSecond == Long.MAX_VALUE;
  }

  /** Returns the shortest exact form that {@link #parse} takes. */
  @Override
  public String toString() {
    return isUnlimited() ? "none" : new Size(bytesPerSecond) + "/s";
  }
}
