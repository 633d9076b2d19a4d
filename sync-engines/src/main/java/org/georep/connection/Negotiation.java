package org.georep.connection;

import org.georep.connection.ConnectionException.Reason;
import org.georep.protocol.Protocols;

/**
 * Speaks to an agent in all protocols that are spoken here; and to one that does not know of
 * ranges, and ends, once more in the oldest of them, over a channel of its own.
 */
final class Negotiation {
  private Negotiation() {}

  /** Greets an agent over a fresh channel. */
  interface Attempt<T> {
    T with(Protocols spoken) throws ConnectionException, InterruptedException;
  }

  /**
   * Greets it.
   *
   * @throws ConnectionException as the first attempt has it
   */
  static <T> T of(Attempt<T> attempt) throws ConnectionException, InterruptedException {
    Protocols all = Protocols.SPOKEN;
    try {
      return attempt.with(all);
    } catch (ConnectionException e) {
      if (e.reason() != Reason.PROTOCOL || all.isOne()) {
        throw e;
      }
      try {
        return attempt.with(Protocols.only(all.oldest()));
      } catch (ConnectionException again) {
        e.addSuppressed(again);
        throw e;
      }
    }
  }
}
