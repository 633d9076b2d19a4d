package org.georep.changelog.capture;

import java.io.IOException;
import org.georep.changelog.record.ChangeRecord;

/** Where a source puts its records: the journal, or a list in a test. Called by one thread. */
public interface RecordSink {
  /** Takes one record. */
  void append(ChangeRecord change) throws IOException;

  /**
   * Makes what was appended visible to readers and wakes them; called after each read of the
   * kernel's queue.
   */
  void flush() throws IOException;
}
