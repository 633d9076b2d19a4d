package org.georep.replicator.volume;

import java.io.IOException;
import java.util.List;
import org.georep.name.FileName;
import org.georep.protocol.EntryState;
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

  @Override
  void close();
}
