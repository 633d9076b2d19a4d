package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script as a login shell runs it. */
final class BootstrapTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Bootstrap bootstrap = new Bootstrap(new AgentJar(Path.of("/"), 0, "0".repeat(64)));
  private byte[] jar = {};
  private Path copy = Path.of("/");

  @BeforeEach
  void prepare() throws Exception {
    jar = "not really a jar".getBytes(StandardCharsets.US_ASCII);
    Path file = Files.write(sandbox.path().resolve("agent.jar"), jar);
    AgentJar agent = AgentJar.of(file);
    bootstrap = new Bootstrap(agent);
    copy = sandbox.path().resolve("home/.cache/georep/agent-" + agent.sha256() + ".jar");
  }

  private String run(String shell, String script, byte[] input, Map<String, String> more)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(shell, "-c", script);
    Map<String, String> environment = builder.environment();
    environment.remove("XDG_CACHE_HOME");
    environment.remove("GEOREP_JAVA");
    environment.remove("JAVA_HOME");
    environment.put("HOME", sandbox.directory("home").toString());
    environment.putAll(more);
    Process process = builder.redirectErrorStream(true).start();
    try (var in = process.getOutputStream()) {
      in.write(input);
    } catch (java.io.IOException e) {
      assertThat(input).isEmpty();
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "dash", "bash", "zsh", "ksh", "tcsh", "csh", "fish"})
  @DisplayName("looks, takes the jar and finds it again, whatever the login shell is")
  void everyShell(String name) throws Exception {
    Optional<Path> shell = Program.find(name);
    assumeTrue(shell.isPresent(), name + " is not installed");
    String path = shell.orElseThrow().toString();
    assertThat(run(path, bootstrap.begin(), new byte[0], Map.of()))
        .isEqualTo("georep-bootstrap agent-missing");
    assertThat(run(path, bootstrap.install(), jar, Map.of())).isEqualTo("georep-bootstrap ready");
    assertThat(copy).hasBinaryContent(jar);
    byte[] greeting = "read by the script\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(run(path, bootstrap.begin(), greeting, Map.of()))
        .startsWith("georep-bootstrap ready\n")
        .contains("corrupt jarfile");
    assertThat(run(path, bootstrap.start(), new byte[0], Map.of())).contains("corrupt jarfile");
  }

  @Test
  @DisplayName("the hash beside the jar is taken for it, unless it is none")
  void hashBeside() throws Exception {
    Path file = Files.write(sandbox.path().resolve("georep-agent.jar"), jar);
    Path beside = sandbox.path().resolve("georep-agent.sha256");
    AgentJar hashed = AgentJar.of(file);
    Files.writeString(beside, "not a hash\n");
    assertThat(AgentJar.of(file)).isEqualTo(hashed);
    Files.writeString(beside, "0".repeat(64) + "\n");
    assertThat(AgentJar.of(file)).isEqualTo(new AgentJar(file, jar.length, "0".repeat(64)));
  }

  @Test
  @DisplayName("the agent gets what comes after the line the script reads")
  void whatIsLeftIsTheAgents() throws Exception {
    Path home = sandbox.directory("echo");
    Path program = sandbox.directory("echo/bin").resolve("java");
    Files.writeString(program, "#!/bin/sh\ncat\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    run("sh", bootstrap.install(), jar, Map.of());
    byte[] input = "for the script\nfor the agent\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(run("sh", bootstrap.begin(), input, Map.of("GEOREP_JAVA", program.toString())))
        .isEqualTo("georep-bootstrap ready\nfor the agent");
  }

  @Test
  @DisplayName("an archive of classes is made once for a copy, and used while it is whole")
  void archiveOfClasses() throws Exception {
    Path home = sandbox.directory("making");
    Path program = sandbox.directory("making/bin").resolve("java");
    Files.writeString(
        program,
        "#!/bin/sh\nfor a in \"$@\"; do case $a in -XX:ArchiveClassesAtExit=*)"
            + " echo classes >\"${a#*=}\";; esac; done\necho ran \"$@\"\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    Map<String, String> java = Map.of("GEOREP_JAVA", program.toString());
    assertThat(run("sh", bootstrap.install(), jar, java)).isEqualTo("georep-bootstrap ready");
    Path archive =
        copy.resolveSibling(copy.getFileName().toString().replace(".jar", "-17.0.1+8.jsa"));
    assertThat(archive).hasContent("classes\n");
    try (Stream<Path> files = Files.list(copy.getParent())) {
      assertThat(files).containsExactlyInAnyOrder(copy, archive, stamp(copy));
    }
    FileTime made = FileTime.from(Instant.ofEpochSecond(1_700_000_000));
    Files.setLastModifiedTime(copy, made);
    String used = " -XX:SharedArchiveFile=" + archive + " -jar " + copy;
    assertThat(run("sh", bootstrap.start(), new byte[0], java)).startsWith("ran ").endsWith(used);
    assertThat(run("sh", bootstrap.begin(), new byte[0], java)).endsWith(used);
    assertThat(Files.getLastModifiedTime(copy))
        .as("Java takes the archive for a jar of this time only")
        .isEqualTo(made);
    Files.writeString(archive, "short\n");
    assertThat(run("sh", bootstrap.begin(), new byte[0], java))
        .endsWith(" -jar " + copy)
        .doesNotContain("SharedArchiveFile");
  }

  @Test
  @DisplayName("a copy that was not used for a month goes when another is installed")
  void oldCopies() throws Exception {
    run("sh", bootstrap.install(), jar, Map.of());
    Path directory = copy.getParent();
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(40)));
    for (String stem : List.of("agent-0a", "agent-0b")) {
      for (String rest : List.of(".jar", "-17.0.1+8.jsa", ".used")) {
        Files.setLastModifiedTime(Files.createFile(directory.resolve(stem + rest)), longAgo);
      }
    }
    Files.setLastModifiedTime(stamp(copy), longAgo);
    assertThat(run("sh", bootstrap.begin(), new byte[0], Map.of())).contains("ready");
    Files.setLastModifiedTime(directory.resolve("agent-0b.used"), FileTime.from(Instant.now()));
    run("sh", bootstrap.install(), jar, Map.of());
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("agent-0b.jar", "agent-0b-17.0.1+8.jsa", "agent-0b.used")
          .contains(copy.getFileName().toString())
          .noneMatch(name -> name.startsWith("agent-0a"));
    }
  }

  private static Path stamp(Path copy) {
    return copy.resolveSibling(copy.getFileName().toString().replace(".jar", ".used"));
  }

  @Test
  @DisplayName("an altered copy is thrown away")
  void altered() throws Exception {
    byte[] other = jar.clone();
    other[0]++;
    assertThat(run("sh", bootstrap.install(), other, Map.of()))
        .startsWith("georep-bootstrap copy-failed");
    assertThat(copy).doesNotExist();
    assertThat(copy.getParent()).isEmptyDirectory();
  }

  @Test
  @DisplayName("an old Java is passed over for a newer one, and named when there is no newer one")
  void oldJava() throws Exception {
    Path home = java("old", "1.8.0_392");
    Path newer = java("newer", "21.0.1");
    run("sh", bootstrap.install(), jar, Map.of());
    assertThat(
            run(
                "sh",
                bootstrap.start(),
                new byte[0],
                Map.of("GEOREP_JAVA", home + "/bin/java", "JAVA_HOME", newer.toString())))
        .startsWith("newer -Xms");
    assertThat(
            run(
                "sh",
                bootstrap.start().replace("/usr/lib/jvm/", "/nonexistent/"),
                new byte[0],
                Map.of("PATH", pathWithoutJava(), "JAVA_HOME", home.toString())))
        .startsWith("georep-bootstrap java-missing 1.8.0_392");
  }

  /** Makes a Java that says its name and arguments. */
  private Path java(String name, String version) throws Exception {
    Path home = sandbox.directory(name);
    Path program = sandbox.directory(name + "/bin").resolve("java");
    Files.writeString(program, "#!/bin/sh\necho " + name + " \"$@\"\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private String pathWithoutJava() throws Exception {
    Path bin = sandbox.directory("bin");
    for (String tool : new String[] {"sh", "readlink", "sed"}) {
      Files.createSymbolicLink(bin.resolve(tool), Program.find(tool).orElseThrow());
    }
    return bin.toString();
  }
}
