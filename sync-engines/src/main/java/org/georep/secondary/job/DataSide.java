package org.georep.secondary.job;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import org.georep.protocol.Greeting;
import org.georep.secondary.DataEnd;

/** The far end of a data channel, as the process shell finds it. */
public final class DataSide implements DataEnd {
  /** For the service loader. */
  public DataSide() {}

  @Override
  public int run(byte[] root, String ticket) throws InterruptedException {
    // Not buffered: what follows the first line belongs to the program.
    return new DataChannel(new FileInputStream(FileDescriptor.in), System.err)
        .serve(new Greeting.Data(root, ticket));
  }
}
