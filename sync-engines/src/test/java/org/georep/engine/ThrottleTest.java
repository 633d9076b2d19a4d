package org.georep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  @Test
  void lendsShares() {
    Throttle throttle = new Throttle(() -> 4000, 4);
    try (Throttle.Share share = throttle.borrow()) {
      assertThat(share.bytesPerSecond()).isEqualTo(1000);
    }
    try (Throttle.Share share = new Throttle(() -> 0, 4).borrow()) {
      assertThat(share.bytesPerSecond()).isZero();
    }
  }

  @Test
  void debtHoldsBackWhoComesNextUntilInterrupted() throws Exception {
    Throttle throttle = new Throttle(() -> 1, 1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () -> {
              throttle.take(1 << 20);
              throttle.take(1);
            })
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aLimitThatIsLiftedLetsGoWhoWaits() throws Exception {
    AtomicLong limit = new AtomicLong(1);
    Throttle throttle = new Throttle(limit::get, 1);
    throttle.take(1 << 30); // a debt of years
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(
            () -> {
              try {
                throttle.take(1);
              } catch (InterruptedIOException e) {
                throw new UncheckedIOException(e);
              }
            });
    limit.set(0);
    waiting.get(Waits.limit().toSeconds(), TimeUnit.SECONDS);
    assertThat(throttle.limits()).isFalse();
    try (Throttle.Share share = throttle.borrow()) {
      limit.set(5000);
      assertThat(share.bytesPerSecond()).isEqualTo(5000);
    }
  }
}
