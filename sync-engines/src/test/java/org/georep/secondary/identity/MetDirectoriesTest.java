package org.georep.secondary.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Random;
import org.georep.name.Gfid;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MetDirectoriesTest {
  private static final int DIRECTORIES = 1000;
  private static final int IN_MEMORY = 10;

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  void beyondWhatMemoryHoldsTheyAreInTheFile() throws Exception {
    String file = sandbox.path().resolve("inventory").toString();
    try (Inventory inventory = Inventory.open(file)) {
      MetDirectories met = inventory.metDirectories(IN_MEMORY);
      met.clear();
      long sum = 0;
      for (int i = 0; i < DIRECTORIES; i++) {
        met.add(gfid(i), i % 7);
        sum += i % 7;
      }
      inventory.commit(Instant.EPOCH); // a barrier in the middle of a crawl
      for (int again : new Random(7).ints(50, 0, DIRECTORIES).distinct().toArray()) {
        met.add(gfid(again), 100);
        sum += 100 - again % 7;
      }
      assertThat(met.lost()).isEqualTo(sum);
      for (int i = 0; i < DIRECTORIES; i++) {
        assertThat(met.contains(gfid(i))).isTrue();
        assertThat(met.losses(gfid(i))).isIn((long) (i % 7), 100L);
      }
      assertThat(met.contains(gfid(DIRECTORIES))).isFalse();
      assertThat(met.losses(gfid(DIRECTORIES))).isEqualTo(-1);
      inventory.commit(Instant.EPOCH);
    }
    try (Inventory inventory = Inventory.open(file)) {
      MetDirectories met = inventory.metDirectories(IN_MEMORY);
      met.clear();
      assertThat(met.contains(gfid(DIRECTORIES / 2))).as("of an earlier run").isFalse();
      assertThat(met.lost()).isZero();
    }
  }

  @Test
  void lossesAreNotNegative() throws Exception {
    try (Inventory inventory = Inventory.inMemory()) {
      assertThatThrownBy(() -> inventory.metDirectories(IN_MEMORY).add(gfid(1), -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-1");
    }
  }

  private static Gfid gfid(int number) {
    return Gfid.parse(String.format("%08x", number));
  }
}
