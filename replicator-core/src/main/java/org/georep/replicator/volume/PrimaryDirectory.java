package org.georep.replicator.volume;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Want;

/**
 * A directory of the primary, open. It stays the same directory however it is renamed meanwhile.
 * For one thread.
 */
public interface PrimaryDirectory extends AutoCloseable {
  /** Returns the directory's own attributes now. */
  EntryState attributes() throws IOException;

  /** Returns its names now, in ascending order, without georep's own at the root. */
  List<FileName> names() throws IOException;

  /** Looks at a name in it. */
  Want look(FileName name) throws IOException;

  /**
   * Tells as cheaply as can be what is at a name, without opening it: if the name changes hands
   * meanwhile, the parts may be of two files.
   *
   * @return nothing if it takes a look to tell, as with a directory
   */
  Optional<Glance> glance(FileName name) throws IOException;

  /**
   * What of an entry that is not a directory tells whether it is as it was last applied.
   *
   * @param size in bytes; 0 of what is not a file
   */
  record Glance(Gfid gfid, Kind kind, Instant ctime, long size) {}

  @Override
  void close();
}
