package org.georep.secondary.session;

import java.io.IOException;
import java.util.Objects;
import org.georep.protocol.Reply;

/** A secondary is not opened. */
final class Refusal extends IOException {
  private static final long serialVersionUID = 1L;

  private final Reply.Refusal reason;

  Refusal(Reply.Refusal reason, String sentence) {
    super(sentence);
    this.reason = Objects.requireNonNull(reason, "reason is null");
  }

  Reply.Refused toReply() {
    return new Reply.Refused(reason, String.valueOf(getMessage()));
  }
}
