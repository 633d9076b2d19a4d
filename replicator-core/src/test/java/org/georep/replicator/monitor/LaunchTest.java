package org.georep.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LaunchTest {
  @Test
  void captureIsCompiledAsTheLauncherHasIt() throws Exception {
    assertThat(Files.readString(Path.of("../deploy/georep")).split("[\\s\"]+"))
        .containsAll(Launch.CAPTURE.stream().filter(word -> word.startsWith("-XX:")).toList());
  }
}
