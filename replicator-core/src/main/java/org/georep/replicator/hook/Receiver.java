package org.georep.replicator.hook;

import java.io.IOException;
import org.georep.status.report.EventReport;

/** Is told of events. */
interface Receiver {
  /**
   * Tells one; takes bounded time.
   *
   * @throws IOException a sentence, if it was not taken
   */
  void tell(EventReport event) throws IOException, InterruptedException;
}
