package org.georep.engine;

import java.util.Collection;
import org.georep.name.Gfid;

/** Hears how data jobs end. Called from the pool's threads; must not block for long. */
public interface DataListener {
  /**
   * Directories were touched by publishing: their attributes have to be looked at and sent again.
   * Called before the outcomes of the files concerned.
   */
  void touched(long batch, Collection<Gfid> directories);

  /** A job ended. */
  void ended(FileJob job, Outcome outcome);
}
