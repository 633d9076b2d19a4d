package org.georep.engine;

import java.io.IOException;
import org.georep.protocol.EntryState;

/** A file of the primary, open for reading. For one thread. */
public interface OpenFile extends AutoCloseable {
  /** Returns the descriptor, at offset 0 when opened. */
  int descriptor();

  /** Looks at the open file: its attributes now. */
  EntryState look() throws IOException;

  @Override
  void close() throws IOException;
}
