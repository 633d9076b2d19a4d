package org.georep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  @Test
  void lendsShares() {
    Throttle throttle = new Throttle(4000, 4);
    try (Throttle.Share share = throttle.borrow()) {
      assertThat(share.bytesPerSecond()).isEqualTo(1000);
    }
    try (Throttle.Share share = new Throttle(0, 4).borrow()) {
      assertThat(share.bytesPerSecond()).isZero();
    }
  }

  @Test
  void debtHoldsBackWhoComesNextUntilInterrupted() throws Exception {
    Throttle throttle = new Throttle(1, 1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () -> {
              throttle.take(1 << 20);
              throttle.take(1);
            })
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
