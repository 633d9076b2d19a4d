package org.georep.connection;

import java.util.concurrent.CompletableFuture;
import org.georep.protocol.Reply;

/**
 * A stream of contents to the agent: bodies of {@link org.georep.protocol.Piece}s, carried out in
 * their order, beside requests and other streams. For one thread.
 */
public interface ContentStream {
  /**
   * Sends a body; waits while the agent has not taken what was sent before.
   *
   * @return false if the link is lost, which the reply then says
   */
  boolean send(byte[] body) throws InterruptedException;

  /** Ends the stream; does not wait. What it brought whole is published. Once more does nothing. */
  void end();

  /**
   * Returns what the agent says to the whole stream, after its end: {@link Reply.Published}, {@link
   * Reply.Failed}, or a {@link ConnectionException} when the link is lost.
   */
  CompletableFuture<Reply> reply();

  /**
   * Returns what the agent has taken in and not yet carried out, as it last said, in bytes: where
   * that is much, the agent is what the stream waits for, and not the link.
   */
  long backlog();
}
