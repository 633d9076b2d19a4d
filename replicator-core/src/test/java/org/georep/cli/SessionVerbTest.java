package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.georep.posix.NativeLibc;
import org.georep.replicator.monitor.ProcessMark;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions kept by a monitor: real processes, one primary, two secondaries. */
class SessionVerbTest {
  private static final int MANY = 1_200;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final List<MonitorProgram> monitors = new ArrayList<>();
  private Path primary = Path.of("/");
  private Path left = Path.of("/");
  private Path right = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    primary = sandbox.directory("primary");
    left = sandbox.path().resolve("left");
    right = sandbox.path().resolve("right");
    Files.writeString(sandbox.directory("primary/sub").resolve("file"), "contents");
  }

  @AfterEach
  void endWhatRuns() throws Exception {
    monitors.forEach(MonitorProgram::close);
    for (ProcessHandle process : captures()) {
      process.destroyForcibly();
      process.onExit().join();
    }
    for (JsonNode session : list()) {
      if (session.get("pid").isNumber()) {
        ProcessHandle.of(session.get("pid").longValue()).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    Waits.until("no worker is left", () -> pids().isEmpty());
  }

  private Path state() {
    return sandbox.path().resolve("state");
  }

  private Launcher.Result georep(String... args) {
    return new Launcher(state()).run(args);
  }

  private Launcher.Result done(String... args) {
    return new Launcher(state()).done(args);
  }

  private MonitorProgram monitor() throws Exception {
    MonitorProgram monitor =
        new MonitorProgram(state(), sandbox.path().resolve("monitor" + monitors.size()));
    monitors.add(monitor);
    return monitor;
  }

  private JsonNode list() throws Exception {
    return new ObjectMapper().readTree(done("session", "list", "--json").out());
  }

  private List<Long> pids() throws Exception {
    List<Long> pids = new ArrayList<>();
    list().forEach(it -> pids.add(it.get("pid").isNull() ? 0 : it.get("pid").longValue()));
    pids.removeIf(pid -> pid == 0);
    return pids;
  }

  private long pid(String session) throws Exception {
    for (JsonNode each : list()) {
      if (each.get("session").textValue().equals(session) && each.get("pid").isNumber()) {
        return each.get("pid").longValue();
      }
    }
    return 0;
  }

  /** The captures that run for this state directory. */
  private List<ProcessHandle> captures() throws Exception {
    List<ProcessHandle> running = new ArrayList<>();
    if (!Files.isDirectory(state().resolve(".monitor"))) {
      return running;
    }
    try (DirectoryStream<Path> marks =
        Files.newDirectoryStream(state().resolve(".monitor"), "*.capture")) {
      for (Path mark : marks) {
        new ProcessMark(NativeLibc.instance(), mark).process().ifPresent(running::add);
      }
    }
    return running;
  }

  private JsonNode status(String session) throws Exception {
    return new ObjectMapper().readTree(done("status", session, "--json").out()).get(0);
  }

  private void arrives(String name, Path... secondaries) throws Exception {
    Files.writeString(primary.resolve("sub").resolve(name), name);
    for (Path secondary : secondaries) {
      try {
        // After a worker was begun anew more than a minute was seen, rarely; what is told says why.
        Waits.until(
            name + " is in " + secondary,
            Waits.limit().multipliedBy(3),
            () -> Files.exists(secondary.resolve("sub/" + name)));
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + "\n" + told("a") + "\n" + told("b"), e);
      }
    }
  }

  /** What an operator would look at. */
  private String told(String session) throws Exception {
    return monitors.get(monitors.size() - 1).said()
        + "\n"
        + status(session)
        + "\n"
        + done("events", session).out()
        + "\n"
        + Files.readString(state().resolve(session + "/log/worker.err"));
  }

  private void isInStep(Path... secondaries) throws Exception {
    for (Path secondary : secondaries) {
      Waits.untilPasses(() -> assertThat(RsyncOracle.differences(primary, secondary)).isEmpty());
    }
  }

  private void twoSessionsRun() throws Exception {
    done("session", "create", "a", primary.toString(), left.toString());
    done("session", "create", "b", primary.toString(), right.toString());
    assertThat(done("session", "start", "a").err()).contains("georep monitor");
    done("session", "start", "b");
    assertThat(status("b").get("worker status").textValue()).isEqualTo("Faulty");
    assertThat(status("b").get("reason").textValue()).contains("no monitor runs");
  }

  @Test
  void whatIsKilledIsStartedAgainOnce() throws Exception {
    twoSessionsRun();
    MonitorProgram first = monitor();
    arrives("one", left, right);
    assertThat(captures()).hasSize(1);
    Waits.untilPasses(
        () -> {
          JsonNode page = new ObjectMapper().readTree(first.served("/status"));
          assertThat(page.findValuesAsText("session")).containsExactly("a", "b");
          assertThat(page.findValuesAsText("worker status")).containsOnly("Active");
        });
    assertThat(monitor().exitCode()).isEqualTo(11);

    long worker = pid("a");
    MonitorProgram.signal("KILL", worker);
    Waits.until("another worker", () -> pid("a") != 0 && pid("a") != worker);
    arrives("two", left, right);

    ProcessHandle capture = captures().get(0);
    MonitorProgram.signal("KILL", capture.pid());
    Files.writeString(primary.resolve("while-nobody-looked"), "x");
    Waits.until("another capture", () -> !captures().isEmpty() && !captures().contains(capture));
    arrives("three", left, right);
    isInStep(left, right);

    List<Long> workers = pids();
    List<ProcessHandle> capturing = captures();
    first.signal("KILL");
    first.exitCode();
    arrives("four", left, right);
    MonitorProgram second = monitor();
    Waits.until(
        "it takes over",
        () -> second.said().contains("a: worked for") && second.said().contains("b: worked for"));
    assertThat(pids()).as("no second worker").isEqualTo(workers);
    assertThat(captures()).isEqualTo(capturing);
    MonitorProgram.signal("KILL", pid("b"));
    Waits.until("another worker", () -> pid("b") != 0 && !workers.contains(pid("b")));
    arrives("five", left, right);

    assertThat(second.end()).isZero();
    assertThat(pids()).isEmpty();
    assertThat(captures()).isEmpty();
    monitor();
    arrives("six", left, right);
    isInStep(left, right);
  }

  @Test
  void aCaptureThatHangsIsToldOfAndBegunAnew() throws Exception {
    String timeout = Waits.scaled(Duration.ofSeconds(2)).toSeconds() + "s";
    done("session", "create", "a", primary.toString(), left.toString());
    done("session", "config", "a", "timeout", timeout);
    done("session", "start", "a");
    MonitorProgram monitor = monitor();
    arrives("one", left);
    ProcessHandle hanging = captures().get(0);
    monitor.signal("STOP"); // so that the worker is certain to be first
    MonitorProgram.signal("STOP", hanging.pid());
    Files.writeString(primary.resolve("sub/two"), "while it hangs");
    Files.delete(primary.resolve("sub/one"));
    Waits.until(
        "the worker says so", () -> done("events", "a").out().contains("answers nothing since"));
    Waits.until(
        "its status says so",
        () -> status("a").path("reason").asText().contains("answers nothing since"));
    assertThat(hanging.isAlive()).isTrue();
    monitor.signal("CONT");
    Waits.until("another capture", () -> !captures().isEmpty() && !captures().contains(hanging));
    assertThat(hanging.isAlive()).isFalse();
    assertThat(monitor.said()).contains("process " + hanging.pid() + ", lives and has answered");
    isInStep(left);
    arrives("three", left);
    Waits.until("nothing stands still", () -> status("a").get("reason").isNull());
  }

  @Test
  void pausedAndStoppedOnesAreCapturedOnUntilReleased() throws Exception {
    twoSessionsRun();
    MonitorProgram monitor = monitor();
    arrives("one", left, right);
    List<ProcessHandle> capturing = captures();
    assertThat(capturing).hasSize(1);

    done("session", "pause", "a");
    assertThat(pid("a")).isZero();
    assertThat(status("a").get("worker status").textValue()).isEqualTo("Paused");
    arrives("two", right);
    assertThat(left.resolve("sub/two")).doesNotExist();
    done("session", "resume", "a");
    Waits.until("it goes on", () -> Files.exists(left.resolve("sub/two")));

    long before = pid("b");
    done("session", "config", "b", "timeout", "29s");
    assertThat(done("session", "config", "b", "timeout").out().strip()).isEqualTo("29s");
    Waits.until("it has its new settings", () -> pid("b") != 0 && pid("b") != before);
    arrives("three", left, right);

    assertThat(georep("session", "delete", "a").code()).isEqualTo(1);
    done("session", "stop", "a", "--release");
    arrives("four", right);
    assertThat(captures()).as("b needs it").isEqualTo(capturing);
    done("session", "stop", "b");
    Waits.until("nobody works", () -> pids().isEmpty());
    assertThat(captures()).as("stopped only").isEqualTo(capturing);
    done("session", "stop", "b", "--release");
    Waits.until("capture ends", () -> captures().isEmpty());

    done("session", "delete", "a");
    assertThat(list()).hasSize(1);
    assertThat(georep("session", "start", "a").code()).isEqualTo(10);
    assertThat(georep("session", "create", "c", primary.toString(), left.toString()).code())
        .as("it holds data")
        .isEqualTo(14);
    done("session", "create", "a", primary.toString(), left.toString());
    done("session", "start", "a");
    arrives("five", left);
    isInStep(left);
    assertThat(right.resolve("sub/five")).doesNotExist();
    assertThat(monitor.isAlive()).isTrue();
  }

  private void manyFiles() throws Exception {
    for (int i = 0; i < MANY; i++) {
      Files.createDirectories(primary.resolve("data/d" + i / 100));
      Files.writeString(primary.resolve("data/d" + i / 100 + "/f" + i), "content " + i);
    }
  }

  private void deleteThem() {
    Program.check("rm", "-rf", primary.resolve("data").toString());
  }

  @Test
  void deletesThatABrakeNamedAreAcceptedOnce() throws Exception {
    String[] replicate = {
      "replicate", "--name=mine", "--once", primary.toString(), left.toString()
    };
    manyFiles();
    done(replicate);
    assertThat(georep("session", "resume", "mine", "--accept-deletes").code())
        .as("nothing was asked")
        .isEqualTo(1);
    for (int time = 0; time < 2; time++) {
      deleteThem();
      Launcher.Result stopped = georep(replicate);
      assertThat(stopped.code()).isEqualTo(14);
      assertThat(stopped.err()).contains("georep session resume mine --accept-deletes");
      assertThat(georep(replicate).code()).as("it asks until it is told").isEqualTo(14);
      assertThat(left.resolve("data/d3/f300")).exists();
      done("session", "resume", "mine", "--accept-deletes");
      done(replicate);
      assertThat(left.resolve("data")).doesNotExist();
      manyFiles();
      done(replicate);
      isInStep(left);
    }
  }

  @Test
  void aWorkerThatAskedWaitsForTheAnswer() throws Exception {
    manyFiles();
    done("session", "create", "a", primary.toString(), left.toString());
    done("session", "start", "a");
    MonitorProgram monitor = monitor();
    arrives("one", left);
    Waits.until("all is there", () -> status("a").get("lag_seconds").asDouble(1) == 0);
    done("session", "stop", "a", "--release");
    Waits.until("capture ends", () -> captures().isEmpty());
    deleteThem();
    done("session", "start", "a");
    Waits.until("it asks", () -> monitor.said().contains("it waits for that"));
    assertThat(status("a").get("reason").textValue())
        .contains("georep session resume a --accept-deletes");
    assertThat(left.resolve("data/d3/f300")).exists();
    done("session", "resume", "a", "--accept-deletes");
    Waits.until("they go", () -> !Files.exists(left.resolve("data")));
    isInStep(left);
  }

  @Test
  void configurationsAreChecked() throws Exception {
    done("session", "create", "a", primary.toString(), left.toString(), "--exclude=*.tmp");
    Path yaml = state().resolve("a/session.yaml");
    done("config", "check", yaml.toString());
    assertThat(done("session", "config", "a", "filter").out().strip()).isEqualTo("- *.tmp");
    done("session", "config", "a", "filter", "- *.bak\n+ *.keep");
    assertThat(done("session", "config", "a", "--json").out()).contains("- *.bak\\n+ *.keep");
    assertThat(georep("session", "config", "a", "bwlimt", "1MB/s").err()).contains("'bwlimit'");
    assertThat(georep("session", "config", "a", "timeout", "5").code()).isEqualTo(1);
    Path wrong = sandbox.path().resolve("wrong.yaml");
    Files.writeString(wrong, Files.readString(yaml).replace("sync-jobs", "sync-job"));
    Launcher.Result checked = georep("config", "check", wrong.toString());
    assertThat(checked.code()).isEqualTo(1);
    assertThat(checked.err()).contains("sync-jobs");
    assertThat(georep("config", "check", "/nowhere.yaml").code()).isEqualTo(1);
    assertThat(georep("session", "create", "a", primary.toString(), left.toString()).code())
        .isEqualTo(1);
    assertThat(georep("session", "stop", "nobody").code()).isEqualTo(10);
    assertThat(georep("session", "create", "n", primary.toString(), primary + "/sub/inside").err())
        .contains("inside the primary");
    assertThat(state().resolve("n")).doesNotExist();
  }
}
