package org.georep.engine;

import java.util.List;
import org.georep.connection.ConnectionException;
import org.georep.name.Gfid;

/**
 * A way to carry contents of files into a job's place in the secondary's stage. It publishes
 * nothing: that is asked of the agent afterwards, for the files the {@link Shipment} names. For any
 * thread; each call uses a channel of its own.
 */
public interface Engine {
  /** Returns its name as {@link org.georep.protocol.Request.OpenJob} wants it. */
  String name();

  /** Returns how many files it takes at once, at least 1. */
  int mostFiles();

  /**
   * Carries files. Waits until the far program has ended, or {@code stop} is requested. A failure
   * that concerns one file, or the channel, is in the shipment.
   *
   * @param ticket the job's, from {@link org.georep.protocol.Reply.JobOpened}
   * @param files which; at least one, each once
   * @throws ConnectionException if no channel can be had; nothing was sent
   */
  Shipment carry(String ticket, List<Gfid> files, Stop stop)
      throws ConnectionException, InterruptedException;
}
