package org.georep.status.screen;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them; unknown is {@code N/A}, never 0. */
final class Amounts {
  static final String UNKNOWN = "N/A";
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private Amounts() {}

  static String count(@Nullable Long value) {
    return value == null ? UNKNOWN : Long.toString(value);
  }

  static String bytes(@Nullable Long value) {
    return value == null ? UNKNOWN : bytes((double) value);
  }

  private static String bytes(double value) {
    int unit = 0;
    double scaled = value;
    while (scaled >= 1024 && unit < UNITS.length - 1) {
      scaled /= 1024;
      unit++;
    }
    return unit == 0
        ? String.format(Locale.ROOT, "%.0f B", scaled)
        : String.format(Locale.ROOT, "%.1f %s", scaled, UNITS[unit]);
  }

  static String rate(@Nullable Double bytesPerSecond) {
    return bytesPerSecond == null ? UNKNOWN : bytes(bytesPerSecond) + "/s";
  }

  static String number(@Nullable Double value) {
    return value == null ? UNKNOWN : String.format(Locale.ROOT, "%.1f", value);
  }

  static String share(@Nullable Double value) {
    return value == null ? UNKNOWN : String.format(Locale.ROOT, "%.1f %%", value * 100);
  }

  /** Seconds as {@code 0.4s}, {@code 12s}, {@code 3m20s}, {@code 5h02m}, {@code 2d07h}. */
  static String seconds(@Nullable Double value) {
    if (value == null) {
      return UNKNOWN;
    }
    if (value < 10) {
      return String.format(Locale.ROOT, "%.1fs", value);
    }
    long whole = Math.round(value);
    if (whole < 60) {
      return whole + "s";
    }
    if (whole < 3600) {
      return String.format(Locale.ROOT, "%dm%02ds", whole / 60, whole % 60);
    }
    if (whole < 86_400) {
      return String.format(Locale.ROOT, "%dh%02dm", whole / 3600, whole / 60 % 60);
    }
    return String.format(Locale.ROOT, "%dd%02dh", whole / 86_400, whole / 3600 % 24);
  }

  static String time(@Nullable Instant moment, ZoneId zone) {
    return moment == null ? UNKNOWN : CLOCK.format(moment.atZone(zone));
  }

  static String text(@Nullable String value) {
    return value == null ? UNKNOWN : value;
  }
}
