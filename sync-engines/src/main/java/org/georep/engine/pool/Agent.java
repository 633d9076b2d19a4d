package org.georep.engine.pool;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.engine.AgentPort;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/** The pool's requests to the agent. For any thread. */
final class Agent {
  private final AgentPort port;
  private final AtomicLong jobs = new AtomicLong();

  Agent(AgentPort port) {
    this.port = Objects.requireNonNull(port, "port is null");
  }

  /** The agent does not answer any more. */
  static final class LostException extends Exception {
    private static final long serialVersionUID = 1L;

    LostException(String sentence) {
      super(sentence);
    }
  }

  /** The agent could not do it; the link is alive. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String sentence) {
      super(sentence);
    }
  }

  /** Returns a job number not used before. */
  long newJob() {
    return jobs.incrementAndGet();
  }

  /** Returns the connection itself. */
  AgentPort port() {
    return port;
  }

  /** Sends a request and waits for its reply. */
  <R extends Reply> R ask(Request request, Class<R> kind)
      throws LostException, RefusedException, InterruptedException {
    return await(port.send(request), kind);
  }

  /** Waits for a reply. */
  static <R extends Reply> R await(CompletableFuture<Reply> asked, Class<R> kind)
      throws LostException, RefusedException, InterruptedException {
    Reply reply;
    try {
      reply = asked.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new LostException("the agent does not answer: " + cause.getMessage());
    }
    if (reply instanceof Reply.Failed failed) {
      throw new RefusedException(failed.sentence());
    }
    if (!kind.isInstance(reply)) {
      throw new LostException("the agent answered with a " + reply.getClass().getSimpleName());
    }
    return kind.cast(reply);
  }

  /** Sends a request whose reply changes nothing. */
  void tell(Request request) throws InterruptedException {
    port.send(request).exceptionally(lost -> new Reply.Done());
  }
}
