package org.georep.bench;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a peer sends both ways, if it goes through a relay. For one thread. */
final class Traffic {
  private final @Nullable Relay relay;
  private long from;

  Traffic(@Nullable Relay relay) {
    this.relay = relay;
  }

  /** What was sent before does not count. */
  void mark() {
    from = relay == null ? 0 : relay.bytes();
  }

  /** Returns how many bytes were sent for each of some values, ssh's own among them. */
  OptionalLong bytesEach(int values) {
    return relay == null
        ? OptionalLong.empty()
        : OptionalLong.of((relay.bytes() - from) / Math.max(1, values));
  }
}
