package org.georep.secondary.tree;

import java.time.Duration;
import java.time.Instant;
import org.georep.posix.Stat;
import org.georep.protocol.Token;

/**
 * Whether a file is still as georep left it. Of what it last wrote, the mark keeps mtime and size,
 * which it sets itself, so that no call is needed to know them. What puts both back is seen by
 * {@link Meddling}.
 *
 * <p>A file system may hold a time less exactly, or not at all; that is no change.
 */
final class LeftBehind {
  private static final Duration COARSEST = Duration.ofSeconds(2);
  private static final int COARSE_NANOS = 100;

  /** Times any file system of today holds. */
  private static final Instant FIRST = Instant.ofEpochSecond(Integer.MIN_VALUE);

  private static final Instant LAST = Instant.ofEpochSecond(Integer.MAX_VALUE);

  private LeftBehind() {}

  @SuppressWarnings("JavaInstantGetSecondsGetNano") // how fine it is, not when
  static boolean differs(Stat now, Token left) {
    if (now.size() != left.size()) {
      return true;
    }
    Instant mtime = now.mtime();
    if (mtime.equals(left.mtime()) || left.mtime().isBefore(FIRST) || left.mtime().isAfter(LAST)) {
      return false;
    }
    boolean rounded =
        mtime.getNano() % COARSE_NANOS == 0
            && !mtime.isAfter(left.mtime())
            && Duration.between(mtime, left.mtime()).compareTo(COARSEST) < 0;
    return !rounded;
  }
}
