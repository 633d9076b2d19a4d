package org.georep.changelog.capture;

import java.io.IOException;

/**
 * A source of changes for one volume. It is open, that is, the kernel already queues events, when
 * its constructor or factory returns; {@link #run} moves them into the sink until {@link #stop}.
 */
public interface ChangeSource extends AutoCloseable {
  /** Returns {@code fanotify}, {@code inotify} or {@code gluster}. */
  String name();

  /**
   * Returns which share of the volume's directories is watched, 0 to 1. May be called from any
   * thread.
   */
  double coverage();

  /**
   * Reads events into the sink until stopped. Writes {@code Drained} when the queue was drained
   * empty, within a tenth of a second after other records but not more often, and at least once a
   * second on an idle volume; {@code Gap} when events were lost. Does not write {@code Started} and
   * {@code Stopped}; its host does.
   *
   * @throws IOException if the source cannot go on; what happens from then on is lost
   */
  void run(RecordSink sink) throws IOException;

  /**
   * Has a {@code Drained} written within a tenth of a second or so, if the queue is empty then. May
   * be called from any thread.
   */
  void nudge();

  /**
   * Lets {@link #run} return after one last drain. May be called from any thread, and before {@code
   * run}.
   */
  void stop();

  /** Frees the kernel's side. */
  @Override
  void close() throws IOException;
}
