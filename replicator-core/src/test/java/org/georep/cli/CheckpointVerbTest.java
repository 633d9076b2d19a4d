package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.georep.posix.NativeLibc;
import org.georep.replicator.stime.SyncState;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Checkpoints, events and the hook of a real session between two directories. */
class CheckpointVerbTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final ObjectMapper json = new ObjectMapper();
  private Ending ending = Ending.onRequest();
  private CompletableFuture<Launcher.Result> session;
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    primary = sandbox.directory("p");
    secondary = sandbox.path().resolve("s");
    Files.writeString(primary.resolve("file"), "contents");
    session = CompletableFuture.completedFuture(new Launcher.Result(0, "", ""));
  }

  @AfterEach
  void end() throws Exception {
    stop();
  }

  private void start(String... options) throws Exception {
    ending = Ending.onRequest();
    List<String> args = new ArrayList<>(List.of("replicate", "--name=x"));
    args.addAll(List.of(options));
    args.addAll(List.of(primary.toString(), secondary.toString()));
    Ending its = ending;
    session = CompletableFuture.supplyAsync(() -> georep(its, args.toArray(new String[0])));
    Waits.until("it is in step", this::isInStep);
  }

  private void stop() throws Exception {
    ending.requestStop();
    session.get();
  }

  private boolean isInStep() throws Exception {
    if (session.isDone()) {
      throw new AssertionError(session.get().err());
    }
    Launcher.Result status = georep("status", "x", "--json");
    if (status.code() != 0) {
      return false;
    }
    JsonNode worker = json.readTree(status.out()).get(0);
    return worker.path("worker status").asText().equals("Active")
        && worker.get("lag_seconds").isNumber()
        && worker.get("lag_seconds").doubleValue() == 0;
  }

  private Launcher.Result georep(String... args) {
    return georep(Ending.onRequest(), args);
  }

  private Launcher.Result georep(Ending end, String... args) {
    return new Launcher(state()).run(end, args);
  }

  private Path state() {
    return sandbox.path().resolve("t");
  }

  private JsonNode list() throws Exception {
    return json.readTree(georep("checkpoint", "list", "x", "--json").out());
  }

  private JsonNode status() throws Exception {
    return json.readTree(georep("status", "x", "--json").out()).get(0);
  }

  private List<String> events() throws Exception {
    return json.readTree(georep("events", "x", "--json").out()).findValuesAsText("event");
  }

  @Test
  void completesOnAnIdleVolumeAndIsTold() throws Exception {
    Path told = sandbox.path().resolve("told");
    Path hook = sandbox.path().resolve("hook");
    Files.writeString(hook, "#!/bin/sh\necho \"$GEOREP_EVENT $GEOREP_CHECKPOINT $1\" >> " + told);
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    start("--hook", hook.toString(), "--hook", "a b");
    assertThat(monitorHears()).isEqualTo("checkpoint None is N/A");
    Instant before = Instant.now();
    Launcher.Result created = georep("checkpoint", "create", "x", "before lunch", "--json");
    assertThat(created.code()).as(created.err()).isZero();
    assertThat(json.readTree(created.out()).path("state").asText()).isEqualTo("not reached yet");
    assertThat(json.readTree(created.out()).path("checkpoint_completed").asText()).isEqualTo("No");
    Launcher.Result waited = georep("checkpoint", "wait", "x", "before lunch", "--json");
    assertThat(waited.code()).as(waited.err()).isZero();
    assertThat(waited.err()).contains("georep: checkpoint before lunch: ").contains("to go");
    JsonNode done = json.readTree(waited.out());
    assertThat(done.path("state").asText()).isEqualTo("completed");
    double target = done.path("checkpoint_time").asDouble();
    double completed = done.path("checkpoint_completion_time").asDouble();
    assertThat(target).isBetween(before.toEpochMilli() / 1000.0, completed);
    assertThat(status().path("last_synced").asDouble()).isGreaterThanOrEqualTo(target);
    assertThat(status().path("checkpoint_time").asDouble()).isEqualTo(target);
    assertThat(status().path("checkpoint_completed").asText()).isEqualTo("Yes");
    assertThat(status().path("checkpoint_completion_time").asDouble()).isEqualTo(completed);
    assertThat(monitorHears()).startsWith("checkpoint before lunch is completed at 2");
    assertThat(georep("checkpoint", "list", "x").out())
        .contains("before lunch")
        .contains("completed at ");
    Waits.until("the hook was run", () -> Files.exists(told));
    stop();
    assertThat(told).hasContent("checkpoint-completed before lunch a b");
    assertThat(events())
        .containsSubsequence(
            "started", "active", "crawl-begun", "crawl-ended", "checkpoint-completed", "stopped");
    assertThat(georep("events", "x").out())
        .contains("checkpoint-completed  checkpoint before lunch: everything before ");
    assertThat(georep("checkpoint", "wait", "x").code()).isZero();
  }

  /** Says nothing, as monitors of GlusterFS do. */
  private String monitorHears() throws Exception {
    try (SocketChannel channel =
        SocketChannel.open(
            java.net.UnixDomainSocketAddress.of(state().resolve("x").resolve("control")))) {
      ByteBuffer heard = ByteBuffer.allocate(1000);
      while (channel.read(heard) >= 0) {
        assertThat(heard.hasRemaining()).isTrue();
      }
      String text = StandardCharsets.UTF_8.decode(heard.flip()).toString();
      assertThat(text).endsWith("\0");
      return text.substring(0, text.length() - 1);
    }
  }

  @Test
  void oneSetWhileNothingRunsIsPickedUp() throws Exception {
    start();
    stop();
    Files.writeString(primary.resolve("later"), "more");
    Launcher.Result created = georep("checkpoint", "create", "x");
    assertThat(created.code()).as(created.err()).isZero();
    assertThat(created.out()).matches("checkpoint as of 20.*Z is not reached yet\n");
    Launcher.Result late = georep("checkpoint", "wait", "x", "--timeout=300ms");
    assertThat(late.code()).isEqualTo(5);
    assertThat(late.err()).contains("nothing runs for the session");
    assertThat(late.out()).contains("not reached yet");
    start();
    assertThat(georep("checkpoint", "wait", "x").code()).isZero();
    assertThat(secondary.resolve("later")).hasContent("more");
    Ending asked = Ending.onRequest();
    asked.requestStop();
    stop();
    assertThat(georep("checkpoint", "create", "x", "open").code()).isZero();
    assertThat(georep(asked, "checkpoint", "wait", "x").code()).isEqualTo(130);
    assertThat(georep("checkpoint", "wait", "x", "none").err()).contains("no checkpoint 'none'");
    assertThat(georep("checkpoint", "create", "other").code()).isEqualTo(10);
    assertThat(georep("checkpoint", "create", "x", "a\nb").code()).isEqualTo(1);
    assertThat(georep("checkpoint").code()).isEqualTo(1);
  }

  @Test
  void quarantineHoldsItBack() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "mounts need root");
    start();
    Path point = Files.createDirectory(secondary.resolve("stuck"));
    Program.check("mount", "-t", "tmpfs", "none", point.toString());
    try {
      Files.writeString(primary.resolve("stuck"), "x");
      Waits.until("it is in quarantine", () -> status().path("quarantined").asLong() > 0);
      assertThat(georep("checkpoint", "create", "x", "held").code()).isZero();
      double set = list().get(0).path("checkpoint_time").asDouble();
      Waits.until(
          "heartbeats went the whole way that would have completed it",
          () -> {
            JsonNode now = status();
            return now.path("updated").asDouble() - now.path("heartbeat_age_seconds").asDouble()
                > set;
          });
      Launcher.Result late = georep("checkpoint", "wait", "x", "--timeout=100ms");
      assertThat(late.code()).isEqualTo(5);
      assertThat(late.err()).contains("held back by 1 in quarantine");
      assertThat(status().path("checkpoint_completed").asText()).isEqualTo("No");
    } finally {
      Program.check("umount", point.toString());
    }
    assertThat(georep("quarantine", "retry", "x").code()).isZero();
    assertThat(georep("checkpoint", "wait", "x").code()).isZero();
    assertThat(secondary.resolve("stuck")).hasContent("x");
    Waits.until("it is told", () -> events().contains("quarantine-empty"));
    assertThat(events()).containsSubsequence("quarantine-filled", "quarantine-empty");
  }

  @Test
  void aRestoredSecondaryTakesItBackAndAResetMakesItInvalid() throws Exception {
    start();
    georep("checkpoint", "create", "x", "one");
    assertThat(georep("checkpoint", "wait", "x").code()).isZero();
    stop();
    // What is known here is older than the checkpoint: so it is, too, when the secondary is.
    Path file = state().resolve("x").resolve(volume() + ".stime");
    SyncStateFile stimes = new SyncStateFile(NativeLibc.instance(), file);
    Instant stime = stimes.read().stime().orElseThrow();
    stimes.write(
        new SyncState(
            java.util.Optional.of(stime.minusSeconds(3600)),
            stimes.read().position(),
            stimes.read().capture()));
    assertThat(list().get(0).path("state").asText()).isEqualTo("taken back");
    start();
    assertThat(georep("checkpoint", "wait", "x").code()).as("it is reached again").isZero();
    stop();
    assertThat(events())
        .containsSubsequence(
            "checkpoint-completed", "checkpoint-taken-back", "checkpoint-completed");
    Files.delete(file);
    assertThat(list().get(0).path("state").asText()).isEqualTo("is invalid");
    start();
    Launcher.Result waited = georep("checkpoint", "wait", "x");
    assertThat(waited.code()).isEqualTo(1);
    assertThat(waited.out()).isEqualTo("checkpoint one is invalid\n");
    assertThat(waited.err()).contains("set a new one");
    assertThat(georep("checkpoint", "create", "x", "two").code()).isZero();
    assertThat(georep("checkpoint", "wait", "x", "two").code()).isZero();
    assertThat(list().get(0).path("state").asText()).isEqualTo("is invalid");
    assertThat(events()).contains("checkpoint-invalid");
  }

  private String volume() throws Exception {
    return org.georep.replicator.session.VolumeName.of(
        primary.toRealPath().toString().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aPrimaryThatCannotBeUsedIsAnEventToo() throws Exception {
    start();
    stop();
    Files.delete(primary.resolve(".georep/volume"));
    Launcher.Result refused =
        georep("replicate", "--name=x", primary.toString(), secondary.toString());
    assertThat(refused.code()).as(refused.err()).isEqualTo(14);
    List<String> events = events();
    assertThat(events.subList(events.size() - 3, events.size()))
        .containsExactly("started", "faulty", "stopped");
  }
}
