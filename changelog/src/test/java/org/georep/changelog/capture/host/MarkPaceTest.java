package org.georep.changelog.capture.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MarkPaceTest {
  private static final Duration MARGIN = Duration.ofSeconds(2);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private final MarkPace pace = new MarkPace();
  private Instant now = START;

  /** Offers a mark every 5 ms for a while, as a source under load does; returns how many went. */
  private int offer(Duration howLong) {
    int taken = 0;
    for (Instant end = now.plus(howLong); now.isBefore(end); now = now.plusMillis(5)) {
      if (pace.take(now.minus(MARGIN), now)) {
        taken++;
      }
    }
    return taken;
  }

  @Test
  void theFirstIsWritten() {
    assertThat(pace.take(now.minus(MARGIN), now)).isTrue();
    assertThat(pace.take(now.minus(MARGIN), now)).isFalse();
  }

  @Test
  void idleIsOneInThreeSeconds() {
    assertThat(offer(Duration.ofSeconds(60))).isBetween(20, 22);
  }

  @Test
  void asleepIsOneInTenSecondsUntilSomethingHappens() {
    offer(Duration.ofMinutes(1));
    assertThat(offer(Duration.ofMinutes(1))).isBetween(6, 8);
    pace.changed(now);
    assertThat(offer(Duration.ofMinutes(1))).isBetween(20, 24);
    offer(Duration.ofMinutes(1));
    pace.request(now);
    assertThat(offer(Duration.ofMinutes(1))).isBetween(20, 36);
  }

  @Test
  void busyIsAboutOneASecondUntilTheLastChangeIsCovered() {
    offer(Duration.ofSeconds(10));
    pace.changed(now);
    assertThat(offer(MARGIN.plusSeconds(1))).isBetween(2, 4);
    assertThat(offer(Duration.ofSeconds(60))).isBetween(20, 22);
  }

  @Test
  void aRequestIsMetAsSoonAsItCanBe() {
    offer(Duration.ofSeconds(10));
    pace.request(now);
    Instant requested = now;
    Instant covered = START;
    while (covered.isBefore(requested)) {
      if (pace.take(now.minus(MARGIN), now)) {
        covered = now.minus(MARGIN);
      }
      now = now.plusMillis(5);
    }
    assertThat(now).isBefore(requested.plus(MARGIN).plusMillis(300));
  }

  @Test
  void aClockSetBackDoesNotSilenceIt() {
    offer(Duration.ofSeconds(10));
    now = START.minus(Duration.ofDays(1));
    assertThat(pace.take(now.minus(MARGIN), now)).isTrue();
  }
}
