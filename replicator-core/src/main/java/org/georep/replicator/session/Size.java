package org.georep.replicator.session;

import com.google.errorprone.annotations.Immutable;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, 0 or more. Written as a whole or decimal number and a unit: {@code 4096},
 * {@code 64MiB}, {@code 1.5GB}. KiB, MiB, GiB, TiB are powers of 1024, also without their {@code
 * iB} (as rsync's {@code 10M}); KB, MB, GB, TB are powers of 1000.
 */
@Immutable
public record Size(long bytes) implements Comparable<Size> {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?) ?([A-Za-z]*)");
  private static final Map<String, Long> UNITS =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("k", 1L << 10),
          Map.entry("kib", 1L << 10),
          Map.entry("kb", 1_000L),
          Map.entry("m", 1L << 20),
          Map.entry("mib", 1L << 20),
          Map.entry("mb", 1_000_000L),
          Map.entry("g", 1L << 30),
          Map.entry("gib", 1L << 30),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("t", 1L << 40),
          Map.entry("tib", 1L << 40),
          Map.entry("tb", 1_000_000_000_000L));
  private static final String[] WRITTEN = {"TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "KB"};

  /** Checks its part. */
  public Size {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size is not negative: " + bytes);
    }
  }

  /**
   * Parses a size.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  public static Size parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    Long unit = form.matches() ? UNITS.get(form.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "'" + text + "' is no size; write one like 4096, 64MiB or 1.5GB");
    }
    try {
      return new Size(
          new BigDecimal(form.group(1))
              .multiply(BigDecimal.valueOf(unit))
              .toBigInteger()
              .longValueExact());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is too large a size", e);
    }
  }

  @Override
  public int compareTo(Size other) {
    return Long.compare(bytes, other.bytes);
  }

  /** Returns the shortest exact form that {@link #parse} takes. */
  @Override
  public String toString() {
    for (String unit : WRITTEN) {
      long factor = java.util.Objects.requireNonNull(UNITS.get(unit.toLowerCase(Locale.ROOT)));
      if (bytes >= factor && bytes % factor == 0) {
        return bytes / factor + unit;
      }
    }
    return Long.toString(bytes);
  }
}
