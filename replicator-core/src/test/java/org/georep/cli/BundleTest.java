package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is passed on with a bug report, read as its reader does: with tar. */
class BundleTest {
  private static final String KEY_LINE =
      "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW";

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary = Path.of("/");
  private Path state = Path.of("/");

  private Launcher.Result georep(String... args) {
    return new Launcher(state).run(args);
  }

  @BeforeEach
  void replicate() throws Exception {
    primary = sandbox.directory("primary");
    state = sandbox.path().resolve("state");
    Files.writeString(primary.resolve("file"), "CONTENTS-OF-A-FILE");
    Launcher.Result done =
        georep(
            "replicate",
            "--once",
            "--name=s",
            "--heartbeat-url=https://hooks.example/services/PLANTED-path?key=PLANTED-query",
            "--hook=/bin/true",
            "--hook=PLANTED-word",
            "--ssh-option=ProxyCommand=connect --password PLANTED-option %h",
            primary.toString(),
            sandbox.path().resolve("secondary").toString());
    assertThat(done.code()).as(done.err()).isZero();
  }

  private void plant() throws Exception {
    Path session = state.resolve("s");
    Files.writeString(
        session.resolve("key"),
        "-----BEGIN OPENSSH PRIVATE KEY-----\n"
            + KEY_LINE
            + "\n-----END OPENSSH PRIVATE KEY-----\n");
    Files.writeString(state.resolve(".listen-token"), "0123456789abcdefPLANTED\n");
    Files.writeString(
        session.resolve("log/georep.log"),
        String.join(
            "\n",
            "state=Active the line that is wanted",
            "part of it: " + KEY_LINE,
            "GET https://user:PLANTED-userinfo@host/path",
            "https://ghp-PLANTED@host/ and ssh://me:PLANTED@host/x and ssh://me@host/kept",
            "https://host/p?token=PLANTED&x=PLANTED",
            "password=PLANTED, \"api_key\": \"PLANTED with spaces\", TOKEN='PLANTED too'",
            "{\"text\":\"{\\\"secret\\\":\\\"PLANTED\\\"}\"}",
            "Authorization: Bearer PLANTEDPLANTED",
            "run --auth-token PLANTED now",
            "in ssh: AKIAPLANTEDPLANTED and eyJQTEFOVEVE.PLANTED.PLANTED",
            "with the page's 0123456789abcdefPLANTED",
            "-----BEGIN RSA PRIVATE KEY-----",
            "PLANTED",
            "-----END RSA PRIVATE KEY-----",
            "the last line",
            ""),
        StandardCharsets.UTF_8);
    Files.writeString(session.resolve("log/hook.out"), "PLANTED");
    Files.writeString(session.resolve("notes"), "PLANTED");
    Files.createSymbolicLink(session.resolve("x.status"), session.resolve("key"));
  }

  @Test
  void holdsWhatIsNeededAndNoSecret() throws Exception {
    plant();
    Path file = sandbox.path().resolve("report.tar.gz");
    Launcher.Result written = georep("doctor", "--bundle", file.toString());
    assertThat(written.code()).as(written.err()).isZero();
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    List<String> names = Program.check("tar", "-tzf", file.toString()).lines().sorted().toList();
    String volume = primary.toRealPath().toString().replace('/', '_');
    assertThat(names)
        .contains(
            "georep-report/versions.txt",
            "georep-report/host.txt",
            "georep-report/mounts.txt",
            "georep-report/processes.txt",
            "georep-report/sessions/s/session.yaml",
            "georep-report/sessions/s/" + volume + ".status",
            "georep-report/sessions/s/" + volume + ".stime",
            "georep-report/sessions/s/events",
            "georep-report/sessions/s/journal.json",
            "georep-report/sessions/s/log/georep.log")
        .noneMatch(it -> it.contains("key") || it.contains("hook") || it.contains("notes"))
        .doesNotContain("georep-report/sessions/s/x.status");
    // What it says that it contains is what it contains.
    assertThat(
            written
                .out()
                .lines()
                .map(line -> "georep-report/" + line.substring(0, line.indexOf(" (")))
                .sorted()
                .toList())
        .isEqualTo(names);

    String all = Program.check("tar", "-xOzf", file.toString());
    assertThat(all)
        .contains("the line that is wanted")
        .contains("the last line")
        .contains("ssh://me@host/kept")
        .contains("heartbeat-url: \"https://hooks.example***")
        .contains("- \"/bin/true\"\n- ***")
        .contains("Linux version")
        .contains("last_synced")
        .doesNotContain("PLANTED")
        .doesNotContain(KEY_LINE)
        .doesNotContain("CONTENTS-OF-A-FILE");

    Launcher.Result again = georep("doctor", "--bundle", file.toString());
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("is there already");
  }

  @Test
  void takesTheEndOfALongLogWithoutTheRestOfAKey() throws Exception {
    StringBuilder log = new StringBuilder("-----BEGIN PRIVATE KEY-----\n");
    for (int line = 0; line < 6000; line++) {
      log.append("PLANTED line ").append(line).append(" of what is cut off somewhere in it\n");
    }
    log.append("-----END PRIVATE KEY-----\nthe last line\n");
    Files.writeString(state.resolve("s/log/georep.log"), log);
    Path file = sandbox.path().resolve("report.tar.gz");
    assertThat(georep("doctor", "--bundle", file.toString()).code()).isZero();
    assertThat(Program.check("tar", "-xOzf", file.toString()))
        .contains("the last line")
        .doesNotContain("PLANTED");
  }
}
