package org.georep.status.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProgressLineTest {
  @Test
  void saysWhatIsKnownAndCallsAnEstimateOne() {
    ProgressLine line = new ProgressLine(1200, 5000, 300, 3 << 20, 40, 2048, 99.6, 1 << 20, 38.0);
    assertThat(line.text())
        .isEqualTo(
            "1200 of about 5000 entries, 300 files (3.0 MiB) sent, 40 (2.0 KiB) known to be left,"
                + " 100 entries/s, 1.0 MiB/s, about 38s left");
  }

  @Test
  void saysThatThereIsNoEstimate() {
    ProgressLine line = new ProgressLine(0, 0, 0, 0, 0, 0, 0, 0, null);
    assertThat(line.text())
        .isEqualTo("0 entries, 0 files (0 B) sent, 0 entries/s, 0 B/s, no estimate yet");
  }

  @Test
  void moreThanWasThoughtIsNotLessThanItself() {
    assertThat(new ProgressLine(70, 50, 0, 0, 0, 0, 0, 0, null).text())
        .startsWith("70 of about 70 entries");
  }
}
