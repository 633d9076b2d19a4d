package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.georep.secondary.AgentMain;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the doctor says of sessions, over a real sshd where the way there matters. */
class DoctorVerbTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private Sshd sshd;

  @BeforeEach
  void make() throws Exception {
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    Files.writeString(primary.resolve("file"), "contents");
  }

  @AfterEach
  void end() {
    if (sshd != null) {
      sshd.close();
    }
  }

  private Launcher.Result georep(List<String> args) {
    return new Launcher(sandbox.path().resolve("state")).run(args.toArray(new String[0]));
  }

  private Launcher.Result georep(String... args) {
    return georep(Arrays.asList(args));
  }

  private void done(String... args) {
    Launcher.Result result = georep(args);
    assertThat(result.code()).as(result.err()).isZero();
  }

  /** Its findings, a line each: level, subject and the rest. */
  private List<String> findings(int code, String session) throws Exception {
    Launcher.Result result = georep("doctor", session, "--json");
    assertThat(result.code()).as(result.out() + result.err()).isEqualTo(code);
    List<String> lines = new ArrayList<>();
    for (JsonNode each : new ObjectMapper().readTree(result.out())) {
      assertThat(each.get("session").textValue()).isEqualTo(session);
      lines.add(
          each.get("level").textValue()
              + " "
              + each.get("subject").textValue()
              + ": "
              + each.get("sentence").textValue());
    }
    return lines;
  }

  private static List<String> subjects(List<String> findings) {
    return findings.stream().map(it -> it.substring(0, it.indexOf(':'))).toList();
  }

  private void createOverSsh() throws Exception {
    Sshd.assumeAvailable();
    sshd = Sshd.builder(sandbox.directory("sshd")).start();
    List<String> args = new ArrayList<>(List.of("session", "create", "k", primary.toString()));
    args.add(sshd.user() + "@" + sshd.host() + ":" + secondary);
    List<String> all = sshd.sshOptions();
    for (int i = 0; i + 1 < all.size(); i++) {
      if (all.get(i).equals("-o")) {
        args.add("--ssh-option=" + all.get(i + 1));
      }
    }
    args.add("--ssh-option=Port=" + sshd.port());
    args.add("--ssh-key=" + sshd.identityFile());
    args.add(
        "--agent-command="
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + " -cp "
            + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            + " "
            + AgentMain.class.getName());
    Launcher.Result made = georep(args);
    assertThat(made.code()).as(made.err()).isZero();
  }

  @Test
  void looksInTheOrderInWhichItWouldFail() throws Exception {
    createOverSsh();
    assertThat(subjects(findings(0, "k")))
        .containsExactly(
            "ok reach",
            "ok host-key",
            "ok key",
            "ok java",
            "ok clock",
            "ok space-here",
            "ok space-there",
            "ok owner",
            "ok nested",
            "ok worker");

    done("session", "config", "k", "agent-command", "/nowhere/georep agent");
    assertThat(subjects(findings(1, "k")))
        .startsWith("ok reach", "ok host-key", "ok key", "error java")
        .doesNotContain("ok owner")
        .endsWith("ok nested", "ok worker");

    Files.writeString(sshd.identityFile().resolveSibling("authorized_keys"), "");
    List<String> locked = findings(1, "k");
    assertThat(subjects(locked)).startsWith("ok reach", "ok host-key", "error key");
    assertThat(locked.get(2)).contains("ssh-copy-id");

    Files.writeString(sshd.knownHostsFile(), "");
    assertThat(subjects(findings(1, "k"))).startsWith("ok reach", "error host-key");

    sshd.close();
    List<String> gone = findings(1, "k");
    assertThat(subjects(gone)).startsWith("error reach");
    assertThat(gone.get(0)).contains("no sshd answers at that port");
  }

  @Test
  void knowsOtherSessionsSecondaries() throws Exception {
    done("replicate", "--once", "--name=first", primary.toString(), secondary.toString());
    Path other = sandbox.directory("other");
    done("session", "create", "second", other.toString(), secondary.resolve("below").toString());
    assertThat(findings(1, "second"))
        .anySatisfy(
            it ->
                assertThat(it)
                    .startsWith("error nested: ")
                    .contains("lies inside " + secondary.toRealPath()));
    assertThat(findings(1, "first"))
        .anySatisfy(it -> assertThat(it).startsWith("error nested: ").contains("of second"))
        .anySatisfy(it -> assertThat(it).startsWith("ok owner: ").contains("this session's"));

    done("session", "delete", "second");
    Path yaml = sandbox.path().resolve("state/first/session.yaml");
    String text = Files.readString(yaml);
    Files.writeString(
        yaml, text.replaceFirst("id: \"[^\"]*\"", "id: \"" + java.util.UUID.randomUUID() + "\""));
    assertThat(Files.readString(yaml)).isNotEqualTo(text);
    assertThat(findings(1, "first"))
        .anySatisfy(it -> assertThat(it).startsWith("error owner: ").contains("another session"));
    Files.writeString(yaml, text);

    done("session", "config", "first", "min-free", "100%");
    assertThat(findings(1, "first"))
        .anySatisfy(
            it -> assertThat(it).startsWith("error space-there: ").contains("contents wait"));
    assertThat(georep("doctor", "third").code()).isEqualTo(10);
    Launcher.Result all = georep("doctor");
    assertThat(all.code()).isEqualTo(1);
    assertThat(all.out()).contains("ok       java").contains("session first\n").contains("error");
  }
}
