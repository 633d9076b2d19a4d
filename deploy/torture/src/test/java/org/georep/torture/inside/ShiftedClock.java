package org.georep.torture.inside;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The clock of the program's processes: the machine's, plus or minus what is said in the file of
 * {@link Orders}, in milliseconds. The kernel's, which gives files their times, goes on as it does.
 */
public final class ShiftedClock extends Clock {
  /** The name of the file in the arena's directory. */
  public static final String FILE = "clock";

  private static final Clock REAL = Clock.systemUTC();

  private final Orders orders;
  private final ZoneId zone;

  private ShiftedClock(Orders orders, ZoneId zone) {
    this.orders = orders;
    this.zone = zone;
  }

  /** Returns it; takes the place of {@link Clock#systemUTC()} in the program. */
  public static Clock instead() {
    String directory = System.getenv(Orders.VARIABLE);
    return directory == null ? REAL : new ShiftedClock(new Orders(directory, FILE), ZoneOffset.UTC);
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new ShiftedClock(orders, other);
  }

  @Override
  public Instant instant() {
    List<String> lines = orders.lines();
    Instant now = REAL.instant();
    return lines.isEmpty() ? now : now.plusMillis(Long.parseLong(lines.get(0)));
  }
}
