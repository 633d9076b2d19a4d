package org.georep.secondary.durability;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32;
import org.georep.protocol.ClockBound;

/**
 * The last sign of life in a term of the lease: the file {@code .georep/lease/TERM.beat}. It is
 * written over in place and not synced, for it means nothing after the next boot; a checksum tells
 * one that was read while it was written.
 *
 * @param until when the lease ends, by {@link UpTime}, if no other sign comes; {@link #RELEASED} if
 *     it was given back
 * @param clock what the holder said of its clock
 * @param filter what the holder said of its filter
 */
public record LeaseBeat(long until, Optional<ClockBound> clock, String filter) {
  /** The holder ended in order. */
  public static final long RELEASED = 0;

  /** How many bytes a filter may be known by: with all else they fit into the file. */
  private static final int MOST_FILTER = 1000;

  /** How long the file is; a page holds it. */
  static final int LENGTH = 2048;

  /** Checks its parts. */
  public LeaseBeat {
    Objects.requireNonNull(clock, "clock is null");
    Objects.requireNonNull(filter, "filter is null");
    if (!fits(filter)) {
      throw new IllegalArgumentException("a filter is known by less than " + filter.length());
    }
  }

  /** Returns whether a filter may be known by this. */
  public static boolean fits(String filter) {
    return filter.getBytes(StandardCharsets.UTF_8).length <= MOST_FILTER;
  }

  /** Returns the same with another end. */
  public LeaseBeat until(long end) {
    return new LeaseBeat(end, clock, filter);
  }

  byte[] toBytes() {
    String said =
        until
            + " "
            + clock.map(bound -> bound.at() + "/" + bound.clock()).orElse("-")
            + " "
            + Base64.getEncoder().encodeToString(filter.getBytes(StandardCharsets.UTF_8));
    byte[] text = (checksum(said) + " " + said + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[LENGTH];
    System.arraycopy(text, 0, whole, 0, text.length);
    return whole;
  }

  /** Returns what the bytes say; nothing if they are torn. */
  static Optional<LeaseBeat> parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.US_ASCII);
    int end = text.indexOf('\n');
    int space = text.indexOf(' ');
    if (end < 0 || space < 0 || space > end) {
      return Optional.empty();
    }
    String said = text.substring(space + 1, end);
    String[] parts = said.split(" ", -1);
    if (!text.substring(0, space).equals(checksum(said)) || parts.length != 3) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LeaseBeat(
              Long.parseLong(parts[0]),
              parts[1].equals("-") ? Optional.empty() : Optional.of(bound(parts[1])),
              new String(Base64.getDecoder().decode(parts[2]), StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static ClockBound bound(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("no bound of a clock: " + text);
    }
    return new ClockBound(
        Long.parseLong(text.substring(0, slash)), Instant.parse(text.substring(slash + 1)));
  }

  private static String checksum(String text) {
    CRC32 sum = new CRC32();
    sum.update(text.getBytes(StandardCharsets.US_ASCII));
    return Long.toHexString(sum.getValue());
  }
}
