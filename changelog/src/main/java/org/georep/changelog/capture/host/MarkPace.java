package org.georep.changelog.capture.host;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of a source's marks are written. A source offers one at every empty queue, that is
 * up to hundreds a second; each makes the ones before it pointless, so leaving some out loses
 * nothing but promptness. About one a second is written until a mark covers the last change, then
 * one every three seconds, and on a volume that has been idle for a minute one every ten: each
 * costs a round trip and writes on both sides. A few a second are written while somebody waits for
 * one that covers the moment of the request. Not thread-safe.
 */
final class MarkPace {
  // Less than whole seconds: a source that offers one a second shall not just miss.
  static final Duration BUSY = Duration.ofMillis(900);
  static final Duration IDLE = Duration.ofMillis(2800);
  static final Duration ASLEEP = Duration.ofMillis(9800);
  static final Duration FALLS_ASLEEP = Duration.ofMinutes(1);
  static final Duration REQUESTED = Duration.ofMillis(200);

  private @Nullable Instant written;
  private Instant coveredUpTo = Instant.MIN;
  private Instant lastChange = Instant.MIN;
  private Instant requested = Instant.MIN;
  private Instant lastNews = Instant.MIN;

  /** Notes that a change was written. */
  void changed(Instant now) {
    lastChange = now;
    lastNews = now;
  }

  /** Notes that somebody waits for a mark that covers this moment. */
  void request(Instant now) {
    requested = now;
    lastNews = now;
  }

  /** Returns whether this mark is to be written, and if so takes it as written. */
  boolean take(Instant upTo, Instant now) {
    Instant before = written;
    if (before != null && !now.isBefore(before) && now.isBefore(before.plus(pause(now)))) {
      return false;
    }
    if (before == null || now.isBefore(lastNews)) {
      lastNews = now; // the beginning, and a clock that was set back, count as news
    }
    written = now;
    coveredUpTo = upTo;
    return true;
  }

  private Duration pause(Instant now) {
    if (coveredUpTo.isBefore(requested)) {
      return REQUESTED;
    }
    if (coveredUpTo.isBefore(lastChange)) {
      return BUSY;
    }
    return now.isBefore(lastNews.plus(FALLS_ASLEEP)) ? IDLE : ASLEEP;
  }
}
