package org.georep.secondary.session;

import java.time.Clock;
import org.georep.posix.NativeLibc;
import org.georep.protocol.RequestHandler;
import org.georep.secondary.AgentVersion;
import org.georep.secondary.HandlerFactory;
import org.georep.secondary.job.Programs;

/** The agent's tree side, as the process shell finds it. */
public final class TreeSide implements HandlerFactory {
  /** For the service loader. */
  public TreeSide() {}

  @Override
  public RequestHandler open() {
    return new SecondarySession(
        NativeLibc.instance(), Clock.systemUTC(), AgentVersion.VERSION, Programs::found);
  }
}
