package org.georep.engine.pool;

import java.util.List;
import org.georep.connection.ConnectionException;
import org.georep.name.Gfid;

/** A way for one worker to bring files to the secondary and have them published. */
interface Carrier {
  /** Returns the engine's name. */
  String name();

  /**
   * Delivers files.
   *
   * @param files which, all open in {@code endings}
   * @return those that want another engine; all others have ended
   * @throws ConnectionException if no channel can be had; those not delivered are open
   */
  List<Gfid> run(List<Gfid> files, Endings endings)
      throws ConnectionException, Agent.LostException, InterruptedException;
}
