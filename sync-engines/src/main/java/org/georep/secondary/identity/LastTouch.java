package org.georep.secondary.identity;

import java.time.Instant;

/**
 * When georep last changed an inode of the secondary: nanoseconds since 1970 by this machine's
 * clock, which the kernel takes ctimes from, and never before the change. An inode whose ctime is
 * later was changed by somebody else since.
 */
public final class LastTouch {
  /** It is not known, so nothing can be said. */
  public static final long UNKNOWN = 0;

  private static final long NANOS_A_MILLI = 1_000_000;
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private LastTouch() {}

  /** Returns now, to be asked for after a change. */
  public static long now() {
    return (System.currentTimeMillis() + 1) * NANOS_A_MILLI;
  }

  /** Returns whether it is known and an inode of this ctime was changed after it. */
  public static boolean isBefore(long touch, Instant ctime) {
    return touch != UNKNOWN && touch < nanos(ctime);
  }

  @SuppressWarnings("JavaInstantGetSecondsGetNano") // both
  private static long nanos(Instant time) {
    return time.getEpochSecond() * NANOS_A_SECOND + time.getNano();
  }
}
