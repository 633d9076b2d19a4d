package org.georep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class WaitsTest {
  private static final String SCALE = "georep.test.scale";

  private static void withScale(String scale, Waits.Assertions body) throws Exception {
    String before = System.getProperty(SCALE);
    System.setProperty(SCALE, scale);
    try {
      body.run();
    } finally {
      if (before == null) {
        System.clearProperty(SCALE);
      } else {
        System.setProperty(SCALE, before);
      }
    }
  }

  @Test
  void returnsWhenTheConditionHolds() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Waits.until("the third question", () -> asked.incrementAndGet() == 3);
    assertThat(asked).hasValue(3);
    Waits.untilPasses(() -> assertThat(asked.incrementAndGet()).isEqualTo(6));
  }

  @Test
  void failsWithTheConditionInWords() throws Exception {
    withScale(
        "0.001",
        () -> {
          assertThatThrownBy(() -> Waits.until("pigs fly", () -> false))
              .isInstanceOf(AssertionError.class)
              .hasMessageContaining("pigs fly");
          assertThatThrownBy(() -> Waits.untilPasses(() -> assertThat(1).isEqualTo(2)))
              .isInstanceOf(AssertionError.class)
              .cause()
              .hasMessageContaining("expected: 2");
        });
  }

  @Test
  void scales() throws Exception {
    withScale("2.5", () -> assertThat(Waits.scaled(Duration.ofSeconds(2))).hasSeconds(5));
  }

  @Test
  void anExceptionEndsTheWaitAtOnce() {
    assertThatThrownBy(
            () ->
                Waits.until(
                    "never",
                    () -> {
                      throw new IOException("broken");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("broken");
  }
}
