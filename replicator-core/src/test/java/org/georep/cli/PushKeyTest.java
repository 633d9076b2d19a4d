package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.georep.secondary.AgentMain;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A key made for a session, over a real sshd, whose user has a home and programs of the test's. */
class PushKeyTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private static final String OWN = "# the user's own";
  private static final String OTHERS = "ssh-ed25519 AAAA somebody's";

  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private Path home = Path.of("/");
  private Path programs = Path.of("/");
  private Sshd sshd;

  @BeforeEach
  void start() throws Exception {
    Sshd.assumeAvailable();
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("it's a \"copy\" of $HOME,\n100%");
    home = sandbox.directory("home");
    programs = sandbox.directory("programs");
    Files.writeString(primary.resolve("file"), "contents");
    Path server = sandbox.directory("sshd");
    sshd =
        Sshd.builder(server)
            .configuration("SetEnv SHLVL=1 HOME=" + home + " PATH=" + programs + ":/usr/bin:/bin")
            .configuration(
                "AuthorizedKeysFile "
                    + server.resolve("authorized_keys")
                    + " "
                    + home.resolve(".ssh/authorized_keys"))
            .start();
  }

  @AfterEach
  void stop() {
    if (sshd != null) {
      sshd.close();
    }
  }

  private void installGeorep() throws Exception {
    Path georep = programs.resolve("georep");
    Files.writeString(
        georep,
        "#!/bin/sh\nshift\nexec "
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + " -cp "
            + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            + " "
            + AgentMain.class.getName()
            + " \"$@\"\n");
    Files.setPosixFilePermissions(georep, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Launcher.Result georep(String... args) {
    return new Launcher(sandbox.path().resolve("state")).run(args);
  }

  private List<String> ssh() {
    List<String> options = new ArrayList<>();
    List<String> all = sshd.sshOptions();
    for (int i = 0; i + 1 < all.size(); i++) {
      if (all.get(i).equals("-o")) {
        options.add("--ssh-option=" + all.get(i + 1));
      }
    }
    options.add("--ssh-option=Port=" + sshd.port());
    return options;
  }

  private Launcher.Result create(String name) {
    List<String> args = new ArrayList<>(List.of("session", "create", name, primary.toString()));
    args.add(sshd.user() + "@" + sshd.host() + ":" + secondary);
    args.add("--push-key");
    args.addAll(ssh());
    args.add("--ssh-key=" + sshd.identityFile());
    return georep(args.toArray(new String[0]));
  }

  private Path key(String session) {
    return sandbox.path().resolve("state/" + session + "/key");
  }

  private Path keys() {
    return home.resolve(".ssh/authorized_keys");
  }

  /** An ssh by the session's key that asks for something else. */
  private void ask(String command) {
    List<String> words = new ArrayList<>(List.of("timeout", "10", "ssh", "-n"));
    for (String word : sshd.sshOptions()) {
      words.add(word.equals(sshd.identityFile().toString()) ? key("k").toString() : word);
    }
    words.addAll(List.of(sshd.user() + "@" + sshd.host(), command));
    Program.run(words);
  }

  @Test
  void aMonitorNeedsNoOtherKey() throws Exception {
    installGeorep();
    Files.createDirectories(keys().getParent());
    Files.writeString(keys(), OWN + "\n" + OTHERS); // without an end of line
    Files.setPosixFilePermissions(keys(), PosixFilePermissions.fromString("rw-r-----"));
    Launcher.Result made = create("k");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.err()).contains("key: made, and installed").contains("agent: georep");
    List<String> lines = Files.readAllLines(keys());
    assertThat(lines).hasSize(3).startsWith(OWN, OTHERS);
    assertThat(lines.get(2)).startsWith("restrict,command=\"georep agent --root-base64 ");
    assertThat(Files.getPosixFilePermissions(keys()))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    assertThat(Files.getPosixFilePermissions(key("k")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readString(sandbox.path().resolve("state/k/session.yaml")))
        .contains("ssh-key: \"" + key("k") + "\"");

    // Deleted, and made again: its line is replaced, and nobody else's.
    Launcher.Result deleted = georep("session", "delete", "k");
    assertThat(deleted.code()).as(deleted.err()).isZero();
    assertThat(deleted.err()).contains("ends in " + label(lines.get(2)));
    assertThat(key("k")).doesNotExist();
    assertThat(create("k").code()).isZero();
    List<String> again = Files.readAllLines(keys());
    assertThat(again).hasSize(3).startsWith(OWN, OTHERS).doesNotContain(lines.get(2));
    assertThat(label(again.get(2))).isEqualTo(label(lines.get(2)));

    // From here on it is the only key that opens anything.
    Files.writeString(sshd.identityFile().resolveSibling("authorized_keys"), "");
    Path trace = sandbox.path().resolve("trace");
    ask("touch " + trace);
    assertThat(trace).doesNotExist();
    try (MonitorProgram monitor =
        new MonitorProgram(
            sandbox.path().resolve("state"), sandbox.path().resolve("monitor.err"))) {
      assertThat(georep("session", "start", "k").code()).isZero();
      Waits.untilPasses(() -> assertThat(RsyncOracle.differences(primary, secondary)).isEmpty());
      Files.writeString(primary.resolve("file"), "later contents");
      Waits.untilPasses(() -> assertThat(RsyncOracle.differences(primary, secondary)).isEmpty());
      monitor.end();
    } finally {
      georep("session", "stop", "k", "--release");
    }

    List<String> args = new ArrayList<>(List.of("replicate", "--name=elsewhere", "--once"));
    args.addAll(ssh());
    args.addAll(List.of("--ssh-key=" + key("k"), "--agent-command=x", primary.toString()));
    args.add(sshd.user() + "@" + sshd.host() + ":" + sandbox.path() + "/elsewhere");
    Launcher.Result elsewhere = georep(args.toArray(new String[0]));
    assertThat(elsewhere.code()).isNotZero();
    assertThat(elsewhere.err()).contains("this key may reach only the secondary");
    assertThat(sandbox.path().resolve("elsewhere")).doesNotExist();
  }

  private static String label(String line) {
    return line.substring(line.lastIndexOf(' ') + 1);
  }

  @Test
  void whatCannotBeCreatedLeavesNoKey() throws Exception {
    installGeorep();
    Files.createDirectories(secondary);
    Files.writeString(secondary.resolve("somebody's"), "data");
    Launcher.Result made = create("k");
    assertThat(made.code()).as(made.err()).isEqualTo(14);
    assertThat(made.err()).contains("key: removed again, here and on " + sshd.host());
    assertThat(key("k")).doesNotExist();
    assertThat(keys()).isEmptyFile();
    assertThat(Files.getPosixFilePermissions(keys()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void withoutGeorepThereNothingIsInstalled() throws Exception {
    Launcher.Result made = create("k");
    assertThat(made.code()).isEqualTo(1);
    assertThat(made.err()).contains("georep is not installed on " + sshd.host());
    assertThat(keys()).doesNotExist();
    assertThat(key("k")).doesNotExist();
    assertThat(georep("session", "start", "k").code()).isEqualTo(10);
  }

  @Test
  void aDirectoryOfThisHostNeedsNone() {
    for (String option : new String[] {"--push-key", "--push"}) {
      Launcher.Result made =
          georep("session", "create", "k", primary.toString(), secondary.toString(), option);
      assertThat(made.code()).isEqualTo(1);
      assertThat(made.err()).contains("is a directory of this host").contains("Leave " + option);
    }
  }
}
