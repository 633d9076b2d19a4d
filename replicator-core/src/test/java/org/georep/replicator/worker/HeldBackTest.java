package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.georep.name.Gfid;
import org.junit.jupiter.api.Test;

/** More is wanted than is held back. */
final class HeldBackTest {
  private static Gfid directory(int number) {
    return Gfid.of(new byte[] {(byte) number});
  }

  @Test
  void tellsOnceThatThereWereMore() {
    HeldBack held = new HeldBack(2);
    held.add(directory(1));
    held.add(directory(2));
    held.add(directory(2)); // held already
    List<Gfid> released = new ArrayList<>();
    assertThat(held.release(released::add)).isFalse();
    assertThat(released).containsExactly(directory(1), directory(2));
    assertThat(held.isEmpty()).isTrue();

    held.add(directory(1));
    held.add(directory(2));
    held.add(directory(3));
    assertThat(held.contains(directory(3))).isFalse();
    released.clear();
    assertThat(held.release(released::add)).isTrue();
    assertThat(released).containsExactly(directory(1), directory(2));
    assertThat(held.release(released::add)).isFalse();
  }
}
