package org.georep.secondary.session;

import java.io.IOException;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * Answers what is asked of a root without a session's Hello: to be promoted, to tell of kin, to be
 * handed over. For one thread.
 */
final class Failover implements AutoCloseable {
  private final Libc libc;
  private final Opening opening;
  private @Nullable Kinship kinship;
  private @Nullable Succession succession;

  Failover(Libc libc, Opening opening) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.opening = Objects.requireNonNull(opening, "opening is null");
  }

  /** Returns whether a request is of these. */
  static boolean takes(Request request) {
    return request instanceof Request.Promote
        || request instanceof Request.NextKin
        || request instanceof Request.Handover
        || request instanceof Request.TakeKin;
  }

  /** Answers it. */
  Reply handle(Request request) throws IOException {
    try {
      if (request instanceof Request.Promote promote) {
        return new Promotion(libc, opening).carryOut(promote);
      } else if (request instanceof Request.NextKin next) {
        Kinship open = kinship == null ? Kinship.open(libc, opening.clock(), next.root()) : kinship;
        kinship = open;
        return open.next();
      } else if (request instanceof Request.Handover handover) {
        if (succession != null) {
          throw new IOException("a handover is under way on this connection already");
        }
        succession = Succession.begin(libc, opening, handover);
        return succession == null ? new Reply.HandedOver(0, 0, 0) : new Reply.Done();
      } else if (request instanceof Request.TakeKin kin) {
        return take(kin);
      }
      throw new IOException("a " + request.getClass().getSimpleName() + " is not for here");
    } catch (Refusal e) {
      return e.toReply();
    }
  }

  private Reply take(Request.TakeKin kin) throws IOException {
    Succession open = succession;
    if (open == null) {
      throw new IOException("kin were sent that no handover announced");
    }
    open.take(kin.relatives());
    if (!kin.last()) {
      return new Reply.Done();
    }
    Reply done = open.finish();
    succession = null;
    open.close(); // before it is answered: the session follows at once
    return done;
  }

  @Override
  public void close() throws IOException {
    try {
      if (succession != null) {
        succession.close();
      }
    } finally {
      if (kinship != null) {
        kinship.close();
      }
    }
  }
}
