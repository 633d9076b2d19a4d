package org.georep.engine.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.georep.connection.AgentClient;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;

class PackerTest {
  private static final long LONG = 1_000_000_000L;

  private final Packer packer = new Packer();

  @Test
  void packsWhenTheLinkIsWhatHoldsUp() throws Exception {
    Waits.until(
        "it packs",
        () -> {
          packer.sent(50_000, LONG, 0);
          return packer.packs();
        });
  }

  @Test
  void doesNotPackForAnAgentThatIsBehind() throws Exception {
    Packer other = new Packer();
    Waits.until(
        "the other packs",
        () -> {
          packer.sent(50_000, LONG, AgentClient.CREDITS / 2);
          other.sent(50_000, LONG, 0);
          return other.packs();
        });
    assertThat(packer.packs()).isFalse();
  }

  @Test
  void doesNotPackWhereNobodyWaits() throws Exception {
    Packer other = new Packer();
    Waits.until(
        "the other packs",
        () -> {
          packer.sent(50_000, 0, 0);
          other.sent(50_000, LONG, 0);
          return other.packs();
        });
    assertThat(packer.packs()).isFalse();
  }

  @Test
  void knowsNoiseFromText() {
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    assertThat(Packer.looksRandom(noise)).isTrue();
    assertThat(Packer.looksRandom("a sober sentence about files. ".repeat(3000).getBytes(UTF_8)))
        .isFalse();
  }
}
