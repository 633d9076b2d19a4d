package org.georep.replicator.session;

import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A {@link Rate}, or different ones by the time of day: {@code 08:00-18:00=2MiB/s, else none}. A
 * span ends before its end; one that ends before it begins goes over midnight; {@code 24:00} is the
 * day's end. Spans do not overlap. Without {@code else} there is no limit outside of them.
 *
 * @param spans in the order they were written; empty for one rate all day
 * @param otherwise outside of them
 */
public record RateSchedule(List<Span> spans, Rate otherwise) {
  /** Without limit, always. */
  public static final RateSchedule UNLIMITED = new RateSchedule(List.of(), Rate.UNLIMITED);

  private static final int DAY = 24 * 60;
  private static final Pattern SPAN = Pattern.compile("([0-9:]+)\\s*-\\s*([0-9:]+)\\s*=\\s*(.*)");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,2}):([0-9]{2})");

  /**
   * A part of every day.
   *
   * @param from minutes after midnight, 0 to 1439
   * @param to minutes after midnight, 1 to 1440
   * @param rate what holds in it
   */
  public record Span(int from, int to, Rate rate) {
    /** Checks its parts. */
    public Span {
      Objects.requireNonNull(rate, "rate is null");
      if (from < 0 || from >= DAY || to < 1 || to > DAY || from == to) {
        throw new IllegalArgumentException("no span of a day: " + from + " to " + to);
      }
    }

    private boolean contains(int minute) {
      return from < to ? minute >= from && minute < to : minute >= from || minute < to;
    }

    private boolean overlaps(Span other) {
      return contains(other.from) || other.contains(from);
    }

    private String times() {
      return time(from) + "-" + time(to);
    }
  }

  /** Checks its parts. */
  public RateSchedule {
    Objects.requireNonNull(otherwise, "otherwise is null");
    spans = List.copyOf(spans);
    for (int i = 0; i < spans.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (spans.get(i).overlaps(spans.get(j))) {
          throw new IllegalArgumentException(
              "the spans "
                  + spans.get(j).times()
                  + " and "
                  + spans.get(i).times()
                  + " overlap; let one end where the other begins");
        }
      }
    }
  }

  /**
   * Parses one.
   *
   * @throws IllegalArgumentException if it is none; the message says which part is wrong and what
   *     one looks like
   */
  public static RateSchedule parse(String text) {
    if (text.indexOf('=') < 0 && text.indexOf(',') < 0 && !isElse(text)) {
      return new RateSchedule(List.of(), Rate.parse(text));
    }
    List<Span> spans = new ArrayList<>();
    Rate otherwise = Rate.UNLIMITED;
    String[] parts = text.split(",", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i].strip();
      if (isElse(part)) {
        if (i < parts.length - 1 || spans.isEmpty()) {
          throw wrong(text, "'" + part + "' stands last, after a span");
        }
        otherwise = Rate.parse(part.substring("else".length()));
      } else {
        Matcher span = SPAN.matcher(part);
        if (!span.matches()) {
          throw wrong(text, "'" + part + "' is no span");
        }
        int from = minute(text, span.group(1));
        int to = minute(text, span.group(2));
        if (from == to || from == DAY) {
          throw wrong(text, "'" + part + "' has no length");
        }
        spans.add(new Span(from, to == 0 ? DAY : to, Rate.parse(span.group(3))));
      }
    }
    return new RateSchedule(spans, otherwise);
  }

  private static boolean isElse(String part) {
    return part.strip().matches("else(\\s.*)?");
  }

  private static int minute(String text, String time) {
    Matcher parts = TIME.matcher(time);
    if (parts.matches()) {
      int hour = Integer.parseInt(parts.group(1));
      int minute = Integer.parseInt(parts.group(2));
      if (minute < 60 && hour * 60 + minute <= DAY) {
        return hour * 60 + minute;
      }
    }
    throw wrong(text, "'" + time + "' is no time of day");
  }

  private static IllegalArgumentException wrong(String text, String what) {
    return new IllegalArgumentException(
        "'"
            + text
            + "' is no rate by the time of day: "
            + what
            + "; write it like 08:00-18:00=2MiB/s, else none");
  }

  /** Returns what holds at a time of day. */
  public Rate at(LocalTime time) {
    int minute = time.getHour() * 60 + time.getMinute();
    for (Span span : spans) {
      if (span.contains(minute)) {
        return span.rate();
      }
    }
    return otherwise;
  }

  private static String time(int minutes) {
    return String.format("%02d:%02d", minutes / 60, minutes % 60);
  }

  /** Returns the form that {@link #parse} takes. */
  @Override
  public String toString() {
    return spans.isEmpty()
        ? otherwise.toString()
        : spans.stream()
                .map(span -> span.times() + "=" + span.rate())
                .collect(Collectors.joining(", "))
            + ", else "
            + otherwise;
  }
}
