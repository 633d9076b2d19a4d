package org.georep.changelog.capture.host;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of a source's marks are written. A source offers one at every empty queue, that is
 * up to hundreds a second; each makes the ones before it pointless, so leaving some out loses
 * nothing but promptness. About one a second is written until a mark covers the last change, then
 * one every three seconds, so that an idle volume's journal grows by about a megabyte a day; and a
 * few a second while somebody waits for one that covers the moment of the request. Not thread-safe.
 */
final class MarkPace {
  // Less than whole seconds: a source that offers one a second shall not just miss.
  static final Duration BUSY = Duration.ofMillis(900);
  static final Duration IDLE = Duration.ofMillis(2800);
  static final Duration REQUESTED = Duration.ofMillis(200);

  private @Nullable Instant written;
  private Instant coveredUpTo = Instant.MIN;
  private Instant lastChange = Instant.MIN;
  private Instant requested = Instant.MIN;

  /** Notes that a change was written. */
  void changed(Instant now) {
    lastChange = now;
  }

  /** Notes that somebody waits for a mark that covers this moment. */
  void request(Instant now) {
    requested = now;
  }

  /** Returns whether this mark is to be written, and if so takes it as written. */
  boolean take(Instant upTo, Instant now) {
    Instant before = written;
    if (before != null && !now.isBefore(before) && now.isBefore(before.plus(pause()))) {
      return false;
    }
    written = now;
    coveredUpTo = upTo;
    return true;
  }

  private Duration pause() {
    if (coveredUpTo.isBefore(requested)) {
      return REQUESTED;
    }
    return coveredUpTo.isBefore(lastChange) ? BUSY : IDLE;
  }
}
