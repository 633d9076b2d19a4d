package org.georep.engine.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.testing.FaultyLibc.method;
import static org.georep.testing.FaultyLibc.path;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tar engine against a real far end with GNU tar. */
class TarSshTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Pair pair() throws Exception {
    return new Pair(
        sandbox.directory("primary"), sandbox.directory("secondary"), EngineChoice.TARSSH);
  }

  @Test
  void killedFarProgramIsRetriedAsAWhole() throws Exception {
    try (Pair pair = pair()) {
      FileJob small = pair.file("small", DataPoolTest.bytes(5000));
      FileJob large = pair.file("large", DataPoolTest.bytes(4 << 20));
      pair.faulty
          .before(
              method("pread").and(path("large")),
              call ->
                  pair.link.opened.forEach(
                      child -> child.process.descendants().forEach(ProcessHandle::destroyForcibly)))
          .nth(5);
      pair.pool.submit(List.of(small, large));
      assertThat(pair.heard.of(large)).isInstanceOf(Outcome.Retry.class);
      assertThat(pair.heard.of(small)).isInstanceOf(Outcome.Retry.class);
      assertThat(pair.secondary.resolve("large")).doesNotExist();
      FileJob again = new FileJob(2, large.gfid(), large.size(), -1, false);
      assertThat(pair.carry(again)).isInstanceOf(Outcome.Published.class);
    }
  }

  @Test
  void missingTarOnTheOtherHostIsSaidInWords() throws Exception {
    Path empty = sandbox.directory("empty");
    Path secondary = sandbox.directory("secondary");
    try (Pair pair =
        new Pair(
            sandbox.directory("primary"),
            secondary,
            Pair.options(secondary, EngineChoice.TARSSH),
            new LocalLink("PATH=" + empty))) {
      FileJob job = pair.file("file", "x".getBytes(UTF_8));
      assertThat(pair.carry(job))
          .isInstanceOfSatisfying(
              Outcome.Retry.class,
              retry ->
                  assertThat(retry.reason())
                      .contains("tar cannot be started on the secondary's host"));
    }
  }

  @Test
  void secondaryMayHaveAnyNameInAnyLocale() throws Exception {
    Path secondary = Pair.on(sandbox.path(), EntryPath.parse(new byte[] {'s', (byte) 0xfc, ' '}));
    Files.createDirectory(secondary);
    for (EngineChoice engine : List.of(EngineChoice.TARSSH, EngineChoice.RSYNC)) {
      try (Pair pair =
          new Pair(
              sandbox.directory("primary"),
              secondary,
              Pair.options(secondary, engine),
              new LocalLink("LC_ALL=C"))) {
        FileJob job = pair.file("file" + engine, DataPoolTest.bytes(2000));
        assertThat(pair.carry(job)).isEqualTo(new Outcome.Published(2000));
      }
    }
  }
}
