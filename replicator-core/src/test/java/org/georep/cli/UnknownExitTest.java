package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.georep.testing.JavaProgram;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The real program with a data program that ends, for one file, with an exit code no manual has:
 * the file is tried again, then kept in quarantine, and never taken for done.
 */
final class UnknownExitTest {
  /** The near end: passes all on but what has POISON in its name. */
  private static final String RSYNC =
      """
      #!/bin/sh
      case " $* " in *" --version "* | *" --server "*) exec %1$s "$@" ;; esac
      cat >all
      if grep -q POISON all; then
        echo again >>%2$s
        grep -zv POISON all >rest
        [ ! -s rest ] || %1$s "$@" <rest
        exit 99
      fi
      exec %1$s "$@" <all
      """;

  /** The far end: extracts everything, and then complains of what holds POISON. */
  private static final String TAR =
      """
      #!/bin/sh
      case " $* " in *" --version "*) exec %1$s "$@" ;; esac
      all=$(mktemp)
      trap 'rm -f "$all"' EXIT
      cat >"$all"
      %1$s "$@" <"$all" || exit
      if grep -qa POISON "$all"; then
        echo again >>%2$s
        exit 99
      fi
      """;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private Path said = Path.of("/");
  private Path tries = Path.of("/");

  @BeforeEach
  void make() {
    RsyncOracle.assumeAvailable();
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    said = sandbox.path().resolve("said");
    tries = sandbox.path().resolve("tries");
  }

  private Process start(String engine, Path programs) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            JavaProgram.command(
                Georep.class,
                "replicate",
                "--name=s",
                "--capture=inotify", // and so nothing of what others do on this file system
                "--engine=" + engine,
                "--state-dir=" + sandbox.path().resolve("state"),
                primary.toString(),
                secondary.toString()));
    builder.environment().merge("PATH", programs.toString(), (old, more) -> more + ":" + old);
    return builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
  }

  private Launcher.Result georep(String... args) {
    return new Launcher(sandbox.path().resolve("state")).run(args);
  }

  private JsonNode status() throws Exception {
    return new ObjectMapper().readTree(georep("status", "s", "--json").out()).path(0);
  }

  private boolean isInStep() throws Exception {
    JsonNode lag = status().path("lag_seconds");
    return lag.isNumber() && lag.asDouble() == 0;
  }

  private List<String> quarantined() throws Exception {
    List<String> all = new ArrayList<>();
    for (JsonNode one :
        new ObjectMapper().readTree(georep("quarantine", "list", "s", "--json").out())) {
      all.add(one.path("path").asText() + ": " + one.path("reason").asText());
    }
    return all;
  }

  private static Instant time(JsonNode seconds) {
    return Instant.ofEpochMilli((long) (seconds.asDouble() * 1000));
  }

  @ParameterizedTest
  @CsvSource({"rsync, rsync", "tarssh, tar"})
  void isTriedAgainKeptInMindAndNeverTakenForDone(String engine, String name) throws Exception {
    Path programs = sandbox.directory("programs");
    Path standIn = programs.resolve(name);
    String real = Program.find(name).orElseThrow().toString();
    Files.writeString(standIn, (name.equals("tar") ? TAR : RSYNC).formatted(real, tries));
    assertThat(standIn.toFile().setExecutable(true)).isTrue();
    Files.writeString(primary.resolve("first"), "first");
    Process process = start(engine, programs);
    try {
      Waits.until("it is in step", this::isInStep);
      long synced = status().path("files_syncd").asLong();
      assertThat(tries).doesNotExist();

      Files.writeString(primary.resolve("POISON"), "POISON");
      Instant written = Instant.now();
      Waits.until("it is in quarantine", () -> !quarantined().isEmpty());
      assertThat(quarantined()).singleElement().asString().startsWith("POISON: ").contains("99");
      assertThat(Files.readAllLines(tries)).hasSizeGreaterThanOrEqualTo(8);

      Files.writeString(Files.createDirectory(primary.resolve("d")).resolve("good"), "good");
      Waits.until("the other is counted", () -> status().path("files_syncd").asLong() > synced);
      assertThat(secondary.resolve("d/good")).hasContent("good");
      assertThat(secondary.resolve("POISON")).doesNotExist();
      JsonNode status = status();
      assertThat(status.path("files_syncd").asLong()).isEqualTo(synced + 1);
      assertThat(status.path("quarantined").asLong()).isEqualTo(1);
      assertThat(time(status.path("last_synced"))).isBefore(written);

      Files.delete(standIn);
      assertThat(georep("quarantine", "retry", "s").err()).contains("1 are tried now");
      Waits.until("stime goes on", () -> time(status().path("last_synced")).isAfter(written));
      assertThat(quarantined()).isEmpty();
      assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
    } catch (AssertionError e) {
      throw new AssertionError(status() + "\n" + Files.readString(said), e);
    } finally {
      process.destroy();
      assertThat(process.waitFor(Waits.limit().toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).isZero();
  }
}
