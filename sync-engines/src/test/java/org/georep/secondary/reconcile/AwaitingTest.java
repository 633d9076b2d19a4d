package org.georep.secondary.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.junit.jupiter.api.Test;

/** What waits is bounded by what is there to wait. */
final class AwaitingTest {
  private final Set<Gfid> here = new HashSet<>();
  private final Awaiting awaiting = new Awaiting(here::contains);

  private static Gfid gfid(long number) {
    return Gfid.of(ByteBuffer.allocate(16).putLong(0x0101_0000_0000_0000L).putLong(number).array());
  }

  private static Place place(long directory, String name) {
    return new Place(gfid(directory), FileName.of(name));
  }

  @Test
  void namesOfDirectoriesThatAreGoneDoNotPileUp() {
    here.add(gfid(1));
    awaiting.add(place(1, "stays"), gfid(2), 1);
    for (int i = 0; i < 10 * Awaiting.SLACK; i++) {
      awaiting.add(place(1000 + i, "gone"), gfid(1_000_000 + i), 1);
      assertThat(awaiting.size()).isLessThanOrEqualTo(Awaiting.SLACK + 2);
    }
    assertThat(awaiting.of(gfid(2))).containsExactly(place(1, "stays"));
    assertThat(awaiting.of(gfid(1_000_000))).isEmpty();
  }

  @Test
  void namesOfDirectoriesThatAreHereAllWait() {
    here.add(gfid(1));
    for (int i = 0; i < 3 * Awaiting.SLACK; i++) {
      awaiting.add(place(1, "n" + i), gfid(1_000_000 + i), 1);
    }
    assertThat(awaiting.size()).isEqualTo(3 * Awaiting.SLACK);
    awaiting.cancel(place(1, "n0"));
    awaiting.done(gfid(1_000_001), 1);
    assertThat(awaiting.size()).isEqualTo(3 * Awaiting.SLACK - 2);
    assertThat(awaiting.names(gfid(1))).hasSize(3 * Awaiting.SLACK - 2);
  }
}
