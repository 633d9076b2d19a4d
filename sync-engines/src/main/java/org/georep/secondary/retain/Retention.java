package org.georep.secondary.retain;

import org.georep.posix.PosixException;
import org.georep.secondary.tree.Found;

/**
 * The one door through which a version leaves the secondary: whoever keeps the past stands here.
 * Called with entries of limbo, files before the directories they are in, after a barrier proved
 * that nothing on the primary is them any more.
 */
public interface Retention {
  /**
   * An entry leaves for good: afterwards its name is free. Of a directory, it is empty by now.
   *
   * @throws PosixException if it cannot; it stays in limbo and leaves with a later barrier
   */
  void leave(Found found) throws PosixException;
}
