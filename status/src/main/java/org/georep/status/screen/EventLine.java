package org.georep.status.screen;

import java.time.ZoneId;
import org.georep.status.report.EventReport;

/** An event as one line for people. */
public final class EventLine {
  private static final int WIDTH = 22;

  private EventLine() {}

  /** Returns the line, without its end. */
  public static String of(EventReport event, ZoneId zone) {
    String kind = event.event().text();
    return Amounts.time(event.time(), zone)
        + "  "
        + kind
        + " ".repeat(Math.max(1, WIDTH - kind.length()))
        + event.message().replaceAll("\\p{Cntrl}", " ");
  }
}
