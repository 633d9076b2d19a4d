package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole program but for its process: a session between two directories of this host. */
class ReplicateVerbTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    Files.writeString(sandbox.directory("primary/sub").resolve("file"), "contents");
    Files.writeString(primary.resolve("left.tmp"), "no");
  }

  private Launcher.Result georep(Ending ending, String... args) {
    return new Launcher(sandbox.path().resolve("state")).run(ending, args);
  }

  private Launcher.Result georep(String... args) {
    return georep(Ending.onRequest(), args);
  }

  private Launcher.Result replicate(String... options) {
    String[] args = java.util.Arrays.copyOf(options, options.length + 6);
    System.arraycopy(
        new String[] {
          "replicate", "--name", "mine", "--exclude=*.tmp", primary.toString(), secondary.toString()
        },
        0,
        args,
        options.length,
        6);
    // The verb comes first, its options after it.
    String[] ordered = new String[args.length];
    System.arraycopy(args, options.length, ordered, 0, 6);
    System.arraycopy(options, 0, ordered, 6, options.length);
    return georep(ordered);
  }

  private static void succeeds(Launcher.Result result) {
    assertThat(result.code()).as(result.err()).isZero();
  }

  private JsonNode status() throws Exception {
    return new ObjectMapper().readTree(georep("status", "mine", "--json").out()).get(0);
  }

  @Test
  void aDryRunSaysWhatAndChangesNothing() {
    Launcher.Result result = replicate("--dry-run", "--once");
    assertThat(result.err()).contains("session mine");
    assertThat(result.code()).isZero();
    assertThat(result.out().lines()).contains("create sub", "create sub/file");
    assertThat(result.out()).doesNotContain("tmp");
    assertThat(secondary).doesNotExist();
    assertThat(primary.resolve(".georep")).doesNotExist();
    assertThat(sandbox.path().resolve("state")).doesNotExist();
  }

  @Test
  void onceEndsInStepAndGoesOnTheNextTime() throws Exception {
    succeeds(replicate("--once"));
    assertThat(RsyncOracle.differences(primary, secondary, "--exclude=*.tmp")).isEmpty();
    assertThat(secondary.resolve("left.tmp")).doesNotExist();
    JsonNode first = status();
    assertThat(first.get("worker status").textValue()).isEqualTo("Stopped");
    assertThat(first.get("files_syncd").longValue()).isEqualTo(1);
    assertThat(first.get("last_synced").decimalValue()).isPositive();
    assertThat(first.get("lag_seconds").isNull()).isTrue();

    Files.delete(primary.resolve("sub/file"));
    Files.writeString(primary.resolve("other"), "more");
    succeeds(replicate("--once"));
    assertThat(RsyncOracle.differences(primary, secondary, "--exclude=*.tmp")).isEmpty();
    assertThat(status().get("files_syncd").longValue()).as("goes on counting").isEqualTo(2);
    assertThat(sandbox.path().resolve("state/mine/log/georep.log")).exists();
  }

  @Test
  void aSecondaryThatHoldsDataIsRefused() throws Exception {
    Files.createDirectory(secondary);
    Files.writeString(secondary.resolve("precious"), "mine");
    Launcher.Result result = replicate("--once");
    assertThat(result.code()).isEqualTo(14);
    assertThat(result.err()).contains("--adopt");
    assertThat(secondary.resolve("precious")).exists();
    JsonNode status = status();
    assertThat(status.get("worker status").textValue()).isEqualTo("Faulty");
    assertThat(status.get("reason").textValue()).contains("--adopt");
  }

  @Test
  void aRunningSessionIsHeldShownAndStopped() throws Exception {
    Ending ending = Ending.onRequest();
    CompletableFuture<Launcher.Result> running =
        CompletableFuture.supplyAsync(
            () ->
                georep(
                    ending, "replicate", "--name=mine", primary.toString(), secondary.toString()));
    try {
      Waits.until("it is in step", this::isInStep);
      Launcher.Result second = replicate("--once");
      assertThat(second.code()).isEqualTo(11);
      assertThat(second.err())
          .contains("held by process " + ProcessHandle.current().pid())
          .contains("georep status mine");
      Files.write(primary.resolve("live"), "now".getBytes(StandardCharsets.UTF_8));
      Waits.until("the change arrives", () -> Files.exists(secondary.resolve("live")));
    } finally {
      ending.requestStop();
    }
    Launcher.Result ended = running.get(Waits.limit().toSeconds(), TimeUnit.SECONDS);
    assertThat(ended.code()).isZero();
    assertThat(status().get("worker status").textValue()).isEqualTo("Stopped");
    assertThat(georep("journal", "stat", "mine").code()).isZero();
  }

  @Test
  void whatIsInQuarantineIsRetriedOrLetGoByHand() throws Exception {
    assumeTrue(
        ProcessHandle.current().info().user().filter("root"::equals).isPresent(), "needs root");
    Ending ending = Ending.onRequest();
    CompletableFuture<Launcher.Result> running =
        CompletableFuture.supplyAsync(
            () ->
                georep(
                    ending, "replicate", "--name=mine", primary.toString(), secondary.toString()));
    try {
      Waits.until("it is in step", this::isInStep);
      cover("later");
      Files.writeString(primary.resolve("sub/later"), "contents");
      Waits.until("it is in quarantine", () -> quarantine().contains("sub/later"));
      uncover("later");
      assertThat(georep("quarantine", "retry", "mine", "another").err()).contains("0 are tried");
      assertThat(georep("quarantine", "retry", "mine", "sub/later").err()).contains("1 are tried");
      Waits.until("it has arrived", () -> Files.isRegularFile(secondary.resolve("sub/later")));
      Waits.until("nothing is left", () -> quarantine().isEmpty());

      cover("never");
      Files.writeString(primary.resolve("sub/never"), "contents");
      Waits.until("it is in quarantine", () -> quarantine().contains("sub/never"));
      assertThat(georep("quarantine", "drop", "mine").code()).isEqualTo(1);
      assertThat(georep("quarantine", "drop", "mine", "--all").err())
          .matches("georep: [1-9] let go\\s+");
      assertThat(quarantine()).isEmpty();
      Waits.until("stime goes on without it", this::isInStep);
    } finally {
      uncover("later");
      uncover("never");
      ending.requestStop();
    }
    assertThat(running.get(Waits.limit().toSeconds(), TimeUnit.SECONDS).code()).isZero();
    assertThat(georep("quarantine", "retry", "mine").err()).contains("nothing runs");
    assertThat(georep("quarantine", "drop", "mine", "--all").err()).contains("0 let go");
  }

  private String quarantine() {
    return georep("quarantine", "list", "mine").out();
  }

  /** Nothing can be put at a name where something is mounted. */
  private void cover(String name) throws Exception {
    Path point = Files.createDirectory(secondary.resolve("sub").resolve(name));
    List<String> mount = List.of("mount", "-t", "tmpfs", "none", point.toString());
    assumeTrue(Program.run(mount).exitCode() == 0, "mounts need root");
  }

  private void uncover(String name) {
    Program.run(List.of("umount", secondary.resolve("sub").resolve(name).toString()));
  }

  private boolean isInStep() throws Exception {
    if (georep("status", "mine").code() != 0) {
      return false;
    }
    JsonNode lag = status().get("lag_seconds");
    return lag.isNumber() && lag.doubleValue() == 0;
  }
}
