package org.georep.engine.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.protocol.Packing;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The stream engine where bytes are dear. */
class StreamPackingTest {
  private static final int SIZE = 6 << 20;

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private long wire(byte[] content, long limit) throws Exception {
    Path secondary = sandbox.directory("secondary");
    PoolOptions options =
        Pair.options(secondary, EngineChoice.STREAM).withBytesPerSecond(limit).withSyncJobs(1);
    try (Pair pair = new Pair(sandbox.directory("primary"), secondary, options, new LocalLink())) {
      FileJob job = pair.file("file", content);
      assertThat(pair.carry(job)).isEqualTo(new Outcome.Published(SIZE));
      assertThat(pair.copy("file")).isEqualTo(content);
      return pair.pool.counts().bytesWire();
    }
  }

  private static byte[] text() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < SIZE; i++) {
      text.append("line ").append(i).append(": nothing new since ").append(i * 31L).append('\n');
    }
    text.setLength(SIZE);
    return text.toString().getBytes(UTF_8);
  }

  @Test
  void textIsPackedUnderALimit() throws Exception {
    assumeThat(Packing.isAvailable()).as("zstd is there").isTrue();
    assertThat(wire(text(), 2 << 20)).isLessThan(SIZE / 2);
  }

  @Test
  void nothingIsPackedWithoutNeed() throws Exception {
    assertThat(wire(text(), 0)).isGreaterThan(SIZE);
  }

  @Test
  void noiseIsNotPacked() throws Exception {
    assertThat(wire(DataPoolTest.bytes(SIZE), 4 << 20)).isBetween(SIZE + 1L, SIZE + 10_000L);
  }
}
