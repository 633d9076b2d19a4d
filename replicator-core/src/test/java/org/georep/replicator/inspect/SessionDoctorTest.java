package org.georep.replicator.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.georep.connection.SecondaryAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor concludes; how it asks is tested with the verb. */
class SessionDoctorTest {
  private static final Instant BEFORE = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant AFTER = BEFORE.plusSeconds(3);

  @Test
  void clocksMayBeApartByTheTimeTheQuestionTook() {
    for (long there : new long[] {-5, 0, 2, 3, 8}) {
      assertThat(SessionDoctor.clock(BEFORE.plusSeconds(there), BEFORE, AFTER).level())
          .isEqualTo(Finding.Level.OK);
    }
    assertThat(SessionDoctor.clock(BEFORE.minusSeconds(61), BEFORE, AFTER).sentence())
        .startsWith("the secondary's clock is 61 s behind.");
    assertThat(SessionDoctor.clock(AFTER.plusSeconds(6), BEFORE, AFTER).sentence())
        .startsWith("the secondary's clock is 6 s ahead.");
  }

  @ParameterizedTest
  @CsvSource({
    "h:/srv/a, h:/srv/a, true",
    "h:/srv/a, h:/srv//a/, true",
    "h:/srv/a, h:/srv/./a/b, true",
    "h:/srv/a, h:/srv/ab, false",
    "h:/srv/a, g:/srv/a, false",
    "h:/srv/a, u@h:/srv/a, false",
    "h:/, h:/srv, true",
    "/srv/a, /srv/a/b, true",
    "/srv/a, h:/srv/a, false"
  })
  void secondariesTouch(String one, String other, boolean touch) {
    assertThat(NestedRoots.touch(address(one), address(other))).isEqualTo(touch);
    assertThat(NestedRoots.touch(address(other), address(one))).isEqualTo(touch);
  }

  private static SecondaryAddress address(String text) {
    return SecondaryAddress.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
