package org.georep.replicator.session;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as text: numbers with units, the larger first, as {@code 15s}, {@code 1h30m}, {@code
 * 500ms}, {@code 1.5h}, {@code 2d}. A bare number is refused, since nobody knows its unit.
 */
public final class Span {
  private static final Pattern FORM =
      Pattern.compile("(?:([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?(ms|s|m|h|d))");
  private static final Map<String, Long> MILLIS = new LinkedHashMap<>();

  static {
    MILLIS.put("d", 86_400_000L);
    MILLIS.put("h", 3_600_000L);
    MILLIS.put("m", 60_000L);
    MILLIS.put("s", 1_000L);
    MILLIS.put("ms", 1L);
  }

  private Span() {}

  /**
   * Parses a duration; exact to the millisecond.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  public static Duration parse(String text) {
    Matcher part = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    long millis = 0;
    long smallest = Long.MAX_VALUE;
    while (part.regionStart() < part.regionEnd()) {
      Long unit = part.lookingAt() ? MILLIS.get(part.group(2)) : null;
      if (unit == null || unit >= smallest) {
        throw wrong(text);
      }
      smallest = unit;
      millis += new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)).longValue();
      part.region(part.end(), part.regionEnd());
    }
    if (smallest == Long.MAX_VALUE) {
      throw wrong(text);
    }
    return Duration.ofMillis(millis);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no duration; write one like 15s, 500ms, 1h30m or 2d");
  }

  /** Returns the form that {@link #parse} takes. */
  public static String format(Duration duration) {
    long rest = duration.toMillis();
    StringBuilder out = new StringBuilder();
    for (Map.Entry<String, Long> unit : MILLIS.entrySet()) {
      if (rest >= unit.getValue()) {
        out.append(rest / unit.getValue()).append(unit.getKey());
        rest %= unit.getValue();
      }
    }
    return out.length() == 0 ? "0s" : out.toString();
  }
}
