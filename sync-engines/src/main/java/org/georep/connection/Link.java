package org.georep.connection;

import java.util.List;

/**
 * A way to start agent processes on the secondary's host: a child process here, or ssh with one
 * shared connection. The agent is in place and the host is reached when the factory that made the
 * link returns. For any thread.
 */
public interface Link extends AutoCloseable {
  /** Starts one more agent process; what it does is decided by the first bytes it is sent. */
  Channel open() throws ConnectionException;

  /**
   * The command whose process {@link #open} starts: for a program that wants to start it itself, as
   * rsync does with its remote shell. Contains no bytes that came from the primary's tree.
   */
  List<String> command();

  /** Returns what people call the far end: a directory, or {@code user@host:dir}. */
  String describe();

  /** Ends the shared connection and what still runs over it. */
  @Override
  void close();
}
