package org.georep.engine;

import java.io.IOException;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;

/** Where engines read the primary's contents. Implemented by the replicator. For any thread. */
public interface ContentSource {
  /**
   * Opens a regular file for reading by identity.
   *
   * @return nothing if it is gone, or nowhere in the volume
   * @throws IOException if it is there but cannot be opened
   */
  Optional<OpenFile> open(Gfid gfid) throws IOException;

  /**
   * Returns one path a file has now below the primary's root, if it can be told: for engines that
   * read by path.
   */
  Optional<EntryPath> path(Gfid gfid) throws IOException;

  /** Returns the primary's root directory, absolute. */
  byte[] root();
}
