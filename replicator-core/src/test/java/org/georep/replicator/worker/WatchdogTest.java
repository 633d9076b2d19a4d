package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class WatchdogTest {
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private static CompletableFuture<String> watch(Supplier<Watchdog.Look> look, CountDownLatch looks)
      throws Exception {
    CompletableFuture<String> told = new CompletableFuture<>();
    Watchdog.Stage stage =
        new Watchdog.Stage(
            "The stage",
            () -> {
              looks.countDown();
              return look.get();
            });
    try (Watchdog dog = Watchdog.start(PATIENCE, List.of(stage), told::complete)) {
      assertThat(dog).isNotNull();
      assertThat(looks.await(60, TimeUnit.SECONDS)).isTrue();
    }
    return told;
  }

  @Test
  void aStageWithWorkAndNoProgressIsTold() throws Exception {
    CompletableFuture<String> told =
        watch(() -> new Watchdog.Look(7, 3, 0), new CountDownLatch(21));
    assertThat(told.get(60, TimeUnit.SECONDS))
        .startsWith("The stage made no progress")
        .contains("(3)");
  }

  @Test
  void progressIsProgressAndNoWorkIsNoStall() throws Exception {
    AtomicLong progress = new AtomicLong();
    assertThat(
            watch(
                () -> new Watchdog.Look(progress.incrementAndGet(), 1, 0), new CountDownLatch(50)))
        .isNotDone();
    assertThat(watch(() -> new Watchdog.Look(7, 0, 0), new CountDownLatch(50))).isNotDone();
  }

  @Test
  void aLargeFileTakesItsTime() throws Exception {
    long bytes = Watchdog.BYTES_A_SECOND * 3600;
    assertThat(watch(() -> new Watchdog.Look(7, 1, bytes), new CountDownLatch(50))).isNotDone();
  }
}
