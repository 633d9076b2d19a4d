package org.georep.secondary.session;

import java.io.IOException;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * Answers what is asked of a root without a session's Hello: to be promoted, to tell of kin, to be
 * handed over. For one thread.
 */
final class Failover implements AutoCloseable {
  private final Libc libc;
  private final Opening opening;

  Failover(Libc libc, Opening opening) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.opening = Objects.requireNonNull(opening, "opening is null");
  }

  /** Returns whether a request is of these. */
  static boolean takes(Request request) {
    return request instanceof Request.Promote;
  }

  /** Answers it. */
  Reply handle(Request request) throws IOException {
    try {
      if (request instanceof Request.Promote promote) {
        return new Promotion(libc, opening).carryOut(promote);
      }
      throw new IOException("a " + request.getClass().getSimpleName() + " is not for here");
    } catch (Refusal e) {
      return e.toReply();
    }
  }

  @Override
  public void close() throws IOException {}
}
