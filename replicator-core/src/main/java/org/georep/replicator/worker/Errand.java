package org.georep.replicator.worker;

import java.io.IOException;
import org.georep.replicator.apply.Agent;
import org.georep.replicator.session.GeorepException;

/** What is done over a session's connection instead of replicating, once. */
@FunctionalInterface
public interface Errand {
  /** Does it; the agent is greeted, and the session's lock held. */
  void run(Agent agent) throws GeorepException, IOException, InterruptedException;
}
