package org.georep.connection;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;

/** One agent process: its standard input and output, and what it said on standard error. */
public interface Channel extends AutoCloseable {
  /** Returns what the process writes. Not buffered. */
  InputStream in();

  /** Returns what the process reads. Not buffered. */
  OutputStream out();

  /**
   * Returns the end of what it wrote to standard error, at most 64 KiB; it is drained all the time.
   */
  String errors();

  /**
   * Waits for its end: the exit code, or nothing when the time was too short. 255 is ssh's own
   * failure.
   */
  OptionalInt await(Duration timeout) throws InterruptedException;

  /** Ends it by force if it still runs. */
  @Override
  void close();
}
