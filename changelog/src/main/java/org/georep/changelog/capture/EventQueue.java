package org.georep.changelog.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * What an {@link EventPump} moves: one kernel queue and what its bytes mean. Used by one thread.
 */
public interface EventQueue {
  /** Returns the descriptor events are read from, which does not block. */
  int descriptor();

  /** Turns what one read gave into records. */
  void take(ByteBuffer events, RecordSink sink) throws IOException;

  /** The mount table changed somewhere. */
  void mountsChanged(RecordSink sink) throws IOException;

  /**
   * The queue was found empty after a drain that began at {@code before}.
   *
   * @return whether all that was read has become records; if not, the pump comes back soon and no
   *     mark is written
   */
  boolean emptied(Instant before, RecordSink sink) throws IOException;

  /** No mark was due for too long, for the queue never gets empty. */
  void underLoad(RecordSink sink) throws IOException;
}
