package org.georep.replicator.apply;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.georep.connection.AgentClient;
import org.georep.connection.ConnectionException;
import org.georep.connection.RequestFailedException;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * The agent as the pipeline speaks to it: each request has its one kind of reply, everything else
 * is an exception. For any thread.
 */
public final class Agent {
  private final AgentClient client;

  /** Speaks over an open connection whose greeting is done. */
  public Agent(AgentClient client) {
    this.client = client;
  }

  /**
   * Does nothing while the link is there.
   *
   * @throws ConnectionException if it was lost
   */
  public void requireLink() throws ConnectionException {
    Optional<ConnectionException> lost = client.lost();
    if (lost.isPresent()) {
      throw lost.get();
    }
  }

  /** Has this called, by any thread, when the link is lost; at once if it is by now. */
  public void whenLost(Runnable told) {
    client.whenLost(told);
  }

  /** Sends a request whose reply is awaited later, with {@link #await}. */
  public CompletableFuture<Reply> send(Request request) throws InterruptedException {
    return client.send(request);
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws ConnectionException if the link was lost
   * @throws RequestFailedException if the agent could not carry the request out
   */
  public <T extends Reply> T ask(Request request, Class<T> kind)
      throws IOException, InterruptedException {
    return client.call(request, kind);
  }

  /** Waits for the reply of a request sent before; fails as {@link #ask} does. */
  public static <T extends Reply> T await(CompletableFuture<Reply> reply, Class<T> kind)
      throws IOException, InterruptedException {
    Reply answer;
    try {
      answer = reply.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConnectionException lost) {
        throw lost;
      }
      throw new IOException("the agent cannot be asked: " + e.getCause(), e);
    }
    if (kind.isInstance(answer)) {
      return kind.cast(answer);
    }
    if (answer instanceof Reply.Failed failed) {
      throw new RequestFailedException(failed);
    }
    throw new ConnectionException(
        ConnectionException.Reason.PROTOCOL,
        "the agent answered "
            + answer.getClass().getSimpleName()
            + " where "
            + kind.getSimpleName()
            + " was due; both ends must be of one version");
  }
}
