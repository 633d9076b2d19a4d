package org.georep.engine;

import java.util.concurrent.CompletableFuture;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * What the pool needs of the agent's connection: {@code AgentClient::send} is one. For any thread.
 */
@FunctionalInterface
public interface AgentPort {
  /**
   * Sends a request; may wait while too much is under way. The future completes with the reply, or
   * with an {@link java.io.IOException} when the link is lost.
   */
  CompletableFuture<Reply> send(Request request) throws InterruptedException;
}
