package org.georep.secondary;

import java.io.IOException;
import org.georep.protocol.RequestHandler;

/** Makes the tree side of an agent, for one session. */
interface HandlerFactory {
  /** Makes a handler that has opened nothing yet; its Hello does. */
  RequestHandler open() throws IOException;
}
