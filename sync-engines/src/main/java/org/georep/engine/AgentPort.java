package org.georep.engine;

import java.util.concurrent.CompletableFuture;
import org.georep.connection.AgentClient;
import org.georep.connection.ContentStream;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/** What the pool needs of the agent's connection. For any thread. */
public interface AgentPort {
  /**
   * Sends a request; may wait while too much is under way. The future completes with the reply, or
   * with an {@link java.io.IOException} when the link is lost.
   */
  CompletableFuture<Reply> send(Request request) throws InterruptedException;

  /** Returns the protocol that is spoken, one of {@link org.georep.protocol.Protocols}. */
  int protocol();

  /** Begins a stream of contents; one on a lost link says so when it is ended. */
  ContentStream contents();

  /** Returns that of an open session. */
  static AgentPort of(AgentClient client) {
    return new AgentPort() {
      @Override
      public CompletableFuture<Reply> send(Request request) throws InterruptedException {
        return client.send(request);
      }

      @Override
      public int protocol() {
        return client.protocol();
      }

      @Override
      public ContentStream contents() {
        return client.contents();
      }
    };
  }
}
