package org.georep.changelog.capture;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.georep.changelog.record.ChangeRecord;

/**
 * Writes the marks. A mark says that every change up to its time is in the journal before it, so
 * its time is the clock as read <em>before</em> the kernel's queue was drained empty, less {@link
 * #MARGIN}: for file times come from a clock that lags by a tick, and an event is queued a moment
 * after its change can be seen.
 *
 * <p>A clock that was set back breaks what marks mean (changes made now would carry times that an
 * earlier mark vouched for), so it is noticed by comparison with the monotonic clock and written
 * down as a gap. Used by one thread.
 */
public final class DrainMarks {
  /** By how much a mark is earlier than the clock was. */
  public static final Duration MARGIN = Duration.ofSeconds(2);

  /** After new records a mark follows this soon, and no sooner after the one before it. */
  static final Duration SPACING = Duration.ofMillis(100);

  /** An idle volume gets a mark this often. */
  static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private static final Duration LATE = Duration.ofSeconds(1);

  private final InstantSource wall;
  private final LongSupplier monotonic;
  private long lastMark;
  private long highestOffset;
  private boolean recordsSince;

  /** Marks by the system's clocks. */
  public DrainMarks() {
    this(InstantSource.system(), System::nanoTime);
  }

  /**
   * Marks by given clocks.
   *
   * @param monotonic nanoseconds from any origin
   */
  public DrainMarks(InstantSource wall, LongSupplier monotonic) {
    this.wall = wall;
    this.monotonic = monotonic;
    this.lastMark = monotonic.getAsLong() - HEARTBEAT.toNanos();
    this.highestOffset = offset(wall.instant());
  }

  /** Returns the time, to be read before draining. Writes a gap if the clock was set back. */
  public Instant beforeDrain(RecordSink sink) throws IOException {
    Instant now = wall.instant();
    long offset = offset(now);
    long back = highestOffset - offset;
    if (back > MARGIN.toNanos()) {
      highestOffset = offset;
      sink.append(
          new ChangeRecord.Gap(
              "the clock was set back by " + Duration.ofNanos(back).toMillis() + " ms"));
      recordsSince = true;
    } else {
      highestOffset = Math.max(highestOffset, offset);
    }
    return now;
  }

  private long offset(Instant now) {
    return now.getEpochSecond() * 1_000_000_000L + now.getNano() - monotonic.getAsLong();
  }

  /** Says that records were written after the last mark, or that somebody waits for the next. */
  public void recorded() {
    recordsSince = true;
  }

  /** Writes a mark if one is due, now that the queue was found empty. */
  public void emptied(Instant before, RecordSink sink) throws IOException {
    if (untilDue().isZero()) {
      mark(before, sink);
    }
  }

  /** Writes a mark: every change up to {@code before} was seen. */
  public void mark(Instant before, RecordSink sink) throws IOException {
    sink.append(new ChangeRecord.Drained(before.minus(MARGIN)));
    lastMark = monotonic.getAsLong();
    recordsSince = false;
  }

  /** Returns how long it is until a mark is due; zero if it is. */
  public Duration untilDue() {
    Duration wait = (recordsSince ? SPACING : HEARTBEAT).minus(sinceLast());
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  /** Returns whether the last mark is so old that the queue seems never to become empty. */
  public boolean late() {
    return sinceLast().compareTo(LATE) > 0;
  }

  private Duration sinceLast() {
    return Duration.ofNanos(monotonic.getAsLong() - lastMark);
  }
}
