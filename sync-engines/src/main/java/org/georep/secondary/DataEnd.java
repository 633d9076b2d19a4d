package org.georep.secondary;

import java.io.IOException;

/**
 * The far end of a data channel: finds the job of the ticket and runs its program with this
 * process's standard input and output. A data channel is started per job, so what implements this
 * should start fast: no native library, no inventory.
 */
public interface DataEnd {
  /**
   * Runs the program to its end.
   *
   * @param root the secondary's directory as the replicator spelt it, allowed by {@code --root}
   * @param ticket 32 hexadecimal digits, from whoever connected: not yet known to be any job's
   * @return the program's exit code
   */
  int run(byte[] root, String ticket) throws IOException, InterruptedException;
}
