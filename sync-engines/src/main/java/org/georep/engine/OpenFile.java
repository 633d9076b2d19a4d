package org.georep.engine;

import java.io.IOException;
import org.georep.protocol.EntryState;

/** A file of the primary, open for reading. For one thread. */
public interface OpenFile extends AutoCloseable {
  /** Returns the descriptor, at offset 0 when opened. */
  int descriptor();

  /** Looks at the open file: its attributes now. */
  EntryState look() throws IOException;

  /** Looks again: whether it is as a look before found it, by size, mtime and ctime. */
  default boolean isStill(EntryState before) throws IOException {
    return !Torn.between(before, look());
  }

  @Override
  void close() throws IOException;
}
