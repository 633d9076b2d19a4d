package org.georep.replicator.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.protocol.ClockBound;
import org.georep.protocol.LeaseHolder;
import org.georep.protocol.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three clocks, of which each host has one. */
final class SightingsTest {
  private static final Duration LENGTH = Duration.ofSeconds(5);
  private static final Instant BEGUN = Instant.parse("2026-01-02T03:04:05Z");
  private static final long BOOTED = 9_000_000;

  private final Sightings sightings = new Sightings();

  /**
   * An answer that comes at some second, when the Active's clock is ahead of ours by so much and
   * said so a second before, and the pair is in step up to two seconds ago by that clock.
   */
  private Optional<Instant> at(int second, long term, Duration ahead) {
    Instant here = BEGUN.plusSeconds(second);
    Instant there = here.plus(ahead);
    LeaseHolder holder =
        new LeaseHolder(
            term,
            new UUID(0, term),
            "a",
            LENGTH,
            Gfid.of("\u0009w".getBytes(StandardCharsets.US_ASCII)));
    long now = BOOTED + second * 1000L;
    return sightings.see(
        new Reply.Standing(
            Optional.of(new UUID(1, 1)),
            Optional.empty(),
            0,
            false,
            Optional.of(holder),
            true,
            Optional.of(there.minusSeconds(2)),
            now,
            Optional.of(new ClockBound(now - 1000, there.minusSeconds(1))),
            ""),
        here,
        Duration.ofSeconds(second).toNanos());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 3600})
  void isNeverLaterHereThanItWas(int ahead) {
    for (int second = 0; second < 3; second++) {
      assertThat(at(second, 1, Duration.ofSeconds(ahead))).isEmpty();
    }
    // Seen three seconds ago it was two seconds old.
    assertThat(at(3, 1, Duration.ofSeconds(ahead)).orElseThrow())
        .isBeforeOrEqualTo(BEGUN.minusSeconds(2))
        .isAfter(BEGUN.minusSeconds(3));
  }

  @Test
  void aClockThatIsBehindIsTakenForEqual() {
    at(0, 1, Duration.ofSeconds(-100));
    assertThat(at(3, 1, Duration.ofSeconds(-100))).contains(BEGUN.minusSeconds(102));
  }

  @Test
  void aClockSetForwardCountsForWhatWasSeenBefore() {
    at(0, 1, Duration.ofSeconds(100));
    at(1, 1, Duration.ofHours(1));
    assertThat(at(3, 1, Duration.ofSeconds(100)).orElseThrow())
        .isBeforeOrEqualTo(BEGUN.minusSeconds(3502));
  }

  @Test
  void anotherTermBeginsAnew() {
    at(0, 1, Duration.ZERO);
    assertThat(at(3, 2, Duration.ZERO)).isEmpty();
    assertThat(at(6, 2, Duration.ZERO)).isPresent();
  }
}
