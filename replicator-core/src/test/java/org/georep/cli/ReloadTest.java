package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings that a worker takes over while it works. */
class ReloadTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  private Launcher.Result georep(String... args) {
    return new Launcher(sandbox.path().resolve("state")).run(args);
  }

  private Launcher.Result done(String... args) {
    return new Launcher(sandbox.path().resolve("state")).done(args);
  }

  @BeforeEach
  void make() throws Exception {
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    for (int i = 0; i < 400; i++) {
      Files.createFile(primary.resolve("empty" + i));
    }
    byte[] large = new byte[1 << 20];
    new Random(5).nextBytes(large);
    Files.write(primary.resolve("large"), large);
    Files.createFile(primary.resolve("some.tmp"));
  }

  @AfterEach
  void end() {
    georep("session", "stop", "r", "--release");
  }

  private long pid() throws Exception {
    JsonNode session = new ObjectMapper().readTree(done("session", "list", "--json").out()).get(0);
    return session.get("pid").asLong();
  }

  /** At the limits it begins with, what is waited for would take a quarter of an hour. */
  @Test
  void takesOverLimitsAndFilter() throws Exception {
    done(
        "session",
        "create",
        "r",
        primary.toString(),
        secondary.toString(),
        "--exclude=*.tmp",
        "--engine=stream",
        "--bwlimit=1KiB/s",
        "--crawl-limit=1");
    try (MonitorProgram monitor =
        new MonitorProgram(
            sandbox.path().resolve("state"), sandbox.path().resolve("monitor.err"))) {
      done("session", "start", "r");
      Waits.until("the names are there", () -> Files.exists(secondary.resolve("empty0")));
      long pid = pid();
      assertThat(done("session", "config", "r", "bwlimit", "none").err())
          .contains("r goes on with the new bwlimit");
      Waits.until("the large one is there", () -> Files.exists(secondary.resolve("large")));

      assertThat(done("session", "config", "r", "filter", "").err())
          .contains("r goes on with the new filter");
      assertThat(done("session", "config", "r", "crawl-limit", "0").err())
          .contains("r goes on with the new crawl-limit");
      Waits.until("what was left out", () -> Files.exists(secondary.resolve("some.tmp")));
      Waits.untilPasses(() -> assertThat(RsyncOracle.differences(primary, secondary)).isEmpty());
      Waits.untilPasses(
          () ->
              assertThat(monitor.said())
                  .contains("r: its configuration changed; the worker goes on with it"));
      assertThat(pid()).isEqualTo(pid);
      assertThat(monitor.said()).doesNotContain("worker is started again");
      assertThat(georep("session", "config", "r", "sync-jobs", "2").err())
          .contains("the monitor lets r go on with it");
      monitor.end();
    }
  }
}
