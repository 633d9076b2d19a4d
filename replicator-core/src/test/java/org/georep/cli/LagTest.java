package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.georep.secondary.AgentMain;
import org.georep.testing.JavaProgram;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lag is right or unknown, and never 0 while something is not on the secondary. */
class LagTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final ObjectMapper json = new ObjectMapper();
  private final Ending ending = Ending.onRequest();
  private CompletableFuture<Integer> session = CompletableFuture.completedFuture(0);
  private @Nullable Process process;
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    primary = sandbox.directory("p");
    secondary = sandbox.path().resolve("s");
    Files.writeString(primary.resolve("file"), "contents");
  }

  @AfterEach
  void end() throws Exception {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    ending.requestStop();
    session.get();
  }

  private String georep(Ending end, List<String> args) {
    List<String> all = new ArrayList<>(args);
    all.addAll(List.of("--state-dir", sandbox.path().resolve("t").toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Georep.run(
            all.toArray(new String[0]),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            end);
    if (code != 0) {
      throw new AssertionError(args + " ended with " + code + ": " + err);
    }
    return out.toString();
  }

  private void start(String to, String... options) throws Exception {
    List<String> args = new ArrayList<>(List.of("replicate", "--name=x", primary.toString(), to));
    args.addAll(List.of(options));
    session =
        CompletableFuture.supplyAsync(
            () -> {
              georep(ending, args);
              return 0;
            });
    awaitZero();
  }

  private JsonNode status() throws Exception {
    return json.readTree(georep(Ending.onRequest(), List.of("status", "x", "--json"))).get(0);
  }

  private static boolean isZero(JsonNode status) {
    JsonNode lag = status.path("lag_seconds");
    return lag.isNumber() && lag.doubleValue() == 0;
  }

  private void awaitZero() throws Exception {
    Path yaml = sandbox.path().resolve("t/x/session.yaml");
    Waits.until(
        "the lag is 0",
        () -> {
          if (session.isCompletedExceptionally()) {
            session.get();
          }
          return Files.exists(yaml) && isZero(status());
        });
  }

  @Test
  void isNeverZeroWhileBusyAndAgainWhenIdle() throws Exception {
    start(secondary.toString());
    Files.createDirectory(primary.resolve("d"));
    int sightsOfWork = 0;
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 50; j++) {
        Files.writeString(primary.resolve("d/f" + i + "-" + j), "contents " + j);
      }
      // What is known to be under way is not in step.
      JsonNode status = status();
      long underWay =
          status.path("files_remaining").asLong()
              + status.path("entry").asLong()
              + status.path("meta").asLong()
              + status.path("limbo").asLong();
      if (underWay > 0) {
        sightsOfWork++;
        assertThat(isZero(status)).as(status.toString()).isFalse();
      }
    }
    assertThat(sightsOfWork).isPositive();
    // What was written a moment ago is not known yet.
    Waits.until("all is there", () -> Files.exists(secondary.resolve("d/f39-49")));
    Waits.untilPasses(
        () -> {
          for (int i = 0; i < 20; i++) {
            assertThat(isZero(status())).as("idle").isTrue();
          }
        });
    assertThat(secondary.resolve("d/f39-49")).hasContent("contents 49");
  }

  @Test
  void isNotZeroOnceAChangeIsSeenAndTheAgentStands() throws Exception {
    List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
    start(secondary.toString());
    List<ProcessHandle> made = new ArrayList<>(ProcessHandle.current().descendants().toList());
    made.removeAll(before);
    ProcessHandle agent =
        made.stream()
            .min(Comparator.comparing(p -> p.info().startInstant().orElse(Instant.MAX)))
            .orElseThrow();
    Program.check("kill", "-STOP", Long.toString(agent.pid()));
    try {
      Files.createDirectory(primary.resolve("new"));
      Waits.until("the change is noticed", () -> !isZero(status()));
      assertThat(status().path("heartbeat_age_seconds").asDouble())
          .as("noticed by the change, not by a heartbeat that is missing")
          .isLessThan(12);
      for (int i = 0; i < 20; i++) {
        JsonNode status = status();
        assertThat(isZero(status)).as(status.toString()).isFalse();
      }
      assertThat(secondary.resolve("new")).doesNotExist();
    } finally {
      Program.check("kill", "-CONT", Long.toString(agent.pid()));
    }
    awaitZero();
    assertThat(secondary.resolve("new")).exists();
  }

  @Test
  void growsWhileTheLinkIsCut() throws Exception {
    Sshd.assumeAvailable();
    try (Sshd sshd = Sshd.start(sandbox.directory("sshd"))) {
      List<String> options = new ArrayList<>();
      List<String> all = sshd.sshOptions();
      for (int i = 0; i + 1 < all.size(); i++) {
        if (all.get(i).equals("-o")) {
          options.add("--ssh-option=" + all.get(i + 1));
        }
      }
      options.add("--ssh-key=" + sshd.identityFile());
      options.add(
          "--agent-command="
              + Path.of(System.getProperty("java.home"), "bin", "java")
              + " -cp "
              + System.getProperty(
                  "surefire.test.class.path", System.getProperty("java.class.path"))
              + " "
              + AgentMain.class.getName());
      start(
          "ssh://" + sshd.user() + "@" + sshd.host() + ":" + sshd.port() + secondary,
          options.toArray(new String[0]));
      sshd.stop();
      Files.writeString(primary.resolve("cut"), "more");
      Waits.until("it is Faulty", () -> status().path("worker status").asText().equals("Faulty"));
      double last = 0;
      for (int i = 0; i < 20; i++) {
        JsonNode status = status();
        assertThat(status.path("lag_seconds").isNumber()).isTrue();
        assertThat(status.path("lag_seconds").asDouble()).isPositive().isGreaterThanOrEqualTo(last);
        double known = status.path("updated").asDouble() - status.path("last_synced").asDouble();
        assertThat(status.path("lag_seconds").asDouble())
            .as("since the last that is known to be there")
            .isBetween(known - 0.1, known + 0.1);
        last = status.path("lag_seconds").asDouble();
      }
      sshd.restart();
      awaitZero();
      assertThat(secondary.resolve("cut")).hasContent("more");
      List<String> events =
          json.readTree(georep(Ending.onRequest(), List.of("events", "x", "--json")))
              .findValuesAsText("event");
      assertThat(events)
          .containsSubsequence("active", "link-lost", "faulty", "link-back", "active");
    }
  }

  @Test
  void isUnknownWhenTheWorkerHangsOrWasKilled() throws Exception {
    process =
        new ProcessBuilder(
                JavaProgram.command(
                    Georep.class,
                    "replicate",
                    "--name=x",
                    primary.toString(),
                    secondary.toString(),
                    "--state-dir",
                    sandbox.path().resolve("t").toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    awaitZero();
    Program.check("kill", "-STOP", Long.toString(process.pid()));
    JsonNode hanging = status();
    assertThat(hanging.get("lag_seconds").isNull()).as(hanging.toString()).isTrue();
    List<ProcessHandle> agents = process.descendants().toList();
    process.destroyForcibly().waitFor();
    Waits.until("its agents have ended", () -> agents.stream().noneMatch(ProcessHandle::isAlive));
    JsonNode killed = status();
    assertThat(killed.get("worker status").asText()).isEqualTo("Stopped");
    for (String key :
        List.of("lag_seconds", "heartbeat_age_seconds", "files_remaining", "entry", "rates")) {
      assertThat(killed.get(key).isNull()).as(key + killed).isTrue();
    }
    assertThat(killed.get("reason").asText()).contains("Start it again");
    start(secondary.toString());
    assertThat(georep(Ending.onRequest(), List.of("events", "x")))
        .contains("the last one ended without saying so");
  }
}
