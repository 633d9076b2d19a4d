package org.georep.status.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EpochSecondsTest {
  @Test
  void keepsEveryNanosecond() {
    for (Instant moment :
        new Instant[] {
          Instant.EPOCH,
          Instant.ofEpochSecond(1_700_000_000L, 1),
          Instant.ofEpochSecond(1_700_000_000L, 999_999_999),
          Instant.ofEpochSecond(-5, 250_000_000),
          Instant.ofEpochSecond(20_000_000_000L)
        }) {
      assertThat(EpochSeconds.parse(EpochSeconds.of(moment))).isEqualTo(moment);
    }
  }

  @Test
  void writesPlainDecimals() {
    assertThat(EpochSeconds.of(Instant.ofEpochSecond(1_700_000_000L, 500_000_000)))
        .isEqualTo(new BigDecimal("1700000000.5"));
    assertThat(EpochSeconds.of(Instant.ofEpochSecond(1_700_000_000L)).toPlainString())
        .isEqualTo("1700000000");
    assertThat(EpochSeconds.parse(new BigDecimal("1.0000000019")))
        .isEqualTo(Instant.ofEpochSecond(1, 1));
  }
}
