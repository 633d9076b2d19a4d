package org.georep.replicator.monitor;

import java.time.Duration;
import org.georep.changelog.capture.host.CapturePulse;
import org.georep.changelog.journal.JournalDirectory;

/**
 * Judges whether a kept capture hangs: it lives, and has answered nothing for so long that it is
 * better begun anew.
 *
 * <p>The kernel goes on queueing events for one that hangs, so waiting loses nothing but time;
 * beginning anew costs a walk. So it is given {@value #PATIENCE} timeouts of the session, two
 * minutes unless set otherwise, and twice as long each time it was ended for that in a row, up to
 * half an hour: a machine that is merely slow shall not walk for ever. One that has been well for
 * an hour is judged like the first. For one thread.
 */
final class CaptureWatch implements AutoCloseable {
  private static final int PATIENCE = 4;
  private static final int QUESTIONS = 8;
  private static final int DOUBLINGS = 4;
  private static final Duration WELL = Duration.ofHours(1);

  private final CapturePulse pulse;
  private int ended;

  CaptureWatch(JournalDirectory journal) {
    this.pulse = new CapturePulse(journal);
  }

  /**
   * Looks, and asks now and then.
   *
   * @param age of the process, as far as is known
   * @return how long it has been silent, if that is too long; else zero
   */
  Duration silence(Duration timeout, Duration age) {
    Duration patience = timeout.multipliedBy(PATIENCE);
    Duration silence = pulse.look(patience.dividedBy(QUESTIONS));
    if (silence.isZero() && age.compareTo(WELL) > 0) {
      ended = 0;
    }
    return silence.compareTo(patience.multipliedBy(1L << ended)) < 0 ? Duration.ZERO : silence;
  }

  /** Takes note that it was ended for its silence; the next one begins with a new connection. */
  void ended() {
    ended = Math.min(ended + 1, DOUBLINGS);
    pulse.close();
  }

  @Override
  public void close() {
    pulse.close();
  }
}
