package org.georep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  @Test
  void holdsBackWhatIsTooFast() throws Exception {
    Throttle throttle = new Throttle(1 << 20, 2);
    long start = System.nanoTime();
    for (int i = 0; i < 8; i++) {
      throttle.take(64 * 1024);
    }
    // Half a MiB at one MiB a second; the bucket and the last debt need not be waited for.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
  }

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
  void waitingCanBeInterrupted() throws Exception {
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
