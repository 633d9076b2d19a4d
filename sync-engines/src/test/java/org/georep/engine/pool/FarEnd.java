package org.georep.engine.pool;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import org.georep.protocol.Greeting;
import org.georep.secondary.job.DataChannel;

/** What the agent's main class does with a data channel: a real process for tests. */
public final class FarEnd {
  private FarEnd() {}

  public static void main(String[] arguments) throws Exception {
    InputStream in = new FileInputStream(FileDescriptor.in);
    Greeting greeting = Greeting.parse(Greeting.readLine(in));
    System.exit(new DataChannel(in, System.err).serve((Greeting.Data) greeting));
  }
}
