package org.georep.replicator.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.posix.NativeLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class EntryEstimateTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private static long of(Path root, long counted) {
    byte[] bytes = root.toString().getBytes(StandardCharsets.UTF_8);
    return EntryEstimate.of(NativeLibc.instance(), bytes, counted).orElse(0L);
  }

  @Test
  void aWholeFileSystemIsCountedByItsInodesAPartByTheLastCrawl() throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.EXT4);
    try (LoopImage image = LoopImage.mounted(LoopImage.Kind.EXT4, sandbox.directory("image"))) {
      Path part = Files.createDirectory(image.mountPoint().resolve("part"));
      for (int i = 0; i < 100; i++) {
        Files.createFile(part.resolve("f" + i));
      }
      assertThat(of(image.mountPoint(), 5)).isBetween(101L, 130L);
      assertThat(of(part, 5)).isEqualTo(5);
      assertThat(of(part, 0)).as("before the first crawl, at most").isBetween(101L, 130L);
      assertThat(of(part.resolve("missing"), 7)).isEqualTo(7);
    }
  }
}
