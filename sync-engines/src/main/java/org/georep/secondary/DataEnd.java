package org.georep.secondary;

import java.io.IOException;
import java.io.InputStream;
import org.georep.protocol.Greeting;

/**
 * The far end of a data channel: finds the job of the ticket and runs its program with this
 * process's standard input and output. A data channel is a process of its own, so what implements
 * this has to start fast: no native library, no inventory.
 */
interface DataEnd {
  /**
   * Runs the program to its end.
   *
   * @param greeting the first line; its root is allowed, its ticket not yet known to be any job's
   * @param in standard input, unbuffered, right after that line
   * @return the exit code
   */
  int run(Greeting.Data greeting, InputStream in) throws IOException, InterruptedException;
}
