package org.georep.engine.tarssh;

import static org.assertj.core.api.Assertions.assertThat;

import org.georep.engine.Outcome;
import org.junit.jupiter.api.Test;

class TarErrorsTest {
  private static final String LAST = "tar: Exiting with failure status due to previous errors\n";

  @Test
  void attributesErrorsToMembers() {
    String text = "tar: 17: Cannot write: No space left on device\n/bin/tar: 3: Cannot open: X\n";
    TarErrors errors = TarErrors.parse(text + LAST, false);
    assertThat(errors.other()).isEmpty();
    assertThat(errors.of(17)).containsInstanceOf(Outcome.Retry.class);
    assertThat(errors.of(3)).containsInstanceOf(Outcome.Failed.class);
    assertThat(errors.of(1)).isEmpty();
  }

  @Test
  void anyOtherLineMakesEverythingDoubtful() {
    assertThat(TarErrors.parse("tar: Skipping to next header\nboo\n" + LAST, false).other())
        .contains("boo");
    assertThat(TarErrors.parse("tar: Unexpected EOF in archive\n", false).other()).isPresent();
    assertThat(TarErrors.parse("tar: Unexpected EOF in archive\n", true).other()).isEmpty();
  }

  @Test
  void manyErrorsMakeEverythingDoubtful() {
    String text = "tar: 1: Cannot write: No space left on device\n".repeat(2000);
    assertThat(TarErrors.parse(text, false).other()).isPresent();
  }

  @Test
  void knowsWhetherTarHasFinishedSpeaking() {
    assertThat(TarErrors.complete("tar: 1: Cannot open: X\n")).isFalse();
    assertThat(TarErrors.complete("tar: 1: Cannot open: X\n" + LAST)).isTrue();
  }
}
