package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.georep.secondary.AgentMain;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A key made for a session, over a real sshd, whose user has a home and programs of the test's. */
class PushKeyTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private Path home = Path.of("/");
  private Path programs = Path.of("/");
  private Sshd sshd;

  private record Result(int code, String err) {}

  @BeforeEach
  void start() throws Exception {
    Sshd.assumeAvailable();
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("it's a \"copy\" of $HOME");
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

  private Result georep(String... args) {
    StringWriter err = new StringWriter();
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--state-dir";
    all[args.length + 1] = sandbox.path().resolve("state").toString();
    int code =
        Georep.run(
            all,
            new PrintWriter(new StringWriter(), true),
            new PrintWriter(err, true),
            Ending.onRequest());
    return new Result(code, err.toString());
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

  private Result create(String name) {
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

  @Test
  void replicatesToItsDirectoryAndDoesNothingElse() throws Exception {
    installGeorep();
    Files.createDirectories(keys().getParent());
    Files.writeString(keys(), "# the user's own, without an end of line");
    Result made = create("k");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.err()).contains("key: made, and installed").contains("agent: georep");
    List<String> lines = Files.readAllLines(keys());
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).startsWith("restrict,command=\"georep agent --root '");
    assertThat(Files.getPosixFilePermissions(key("k")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readString(sandbox.path().resolve("state/k/session.yaml")))
        .contains("ssh-key: \"" + key("k") + "\"");

    List<String> args = new ArrayList<>(List.of("replicate", "--name=other", "--once"));
    args.addAll(ssh());
    args.add("--ssh-key=" + key("k"));
    args.add(primary.toString());
    String[] there = args.toArray(new String[args.size() + 1]);
    there[args.size()] = sshd.user() + "@" + sshd.host() + ":" + secondary;
    Result replicated = georep(there);
    assertThat(replicated.code()).as(replicated.err()).isZero();
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();

    there[args.size()] = sshd.user() + "@" + sshd.host() + ":" + sandbox.path() + "/elsewhere";
    there[1] = "--name=elsewhere";
    assertThat(georep(there).code()).isNotZero();
    assertThat(sandbox.path().resolve("elsewhere")).doesNotExist();

    Path trace = sandbox.path().resolve("trace");
    List<String> command = new ArrayList<>(List.of("timeout", "10", "ssh", "-n"));
    for (String word : sshd.sshOptions()) {
      command.add(word.equals(sshd.identityFile().toString()) ? key("k").toString() : word);
    }
    command.addAll(List.of(sshd.user() + "@" + sshd.host(), "touch " + trace));
    Program.run(command);
    assertThat(trace).doesNotExist();
  }

  @Test
  void withoutGeorepThereNothingIsInstalled() throws Exception {
    Result made = create("k");
    assertThat(made.code()).isEqualTo(1);
    assertThat(made.err()).contains("georep is not installed on " + sshd.host());
    assertThat(keys()).doesNotExist();
    assertThat(key("k")).doesNotExist();
    assertThat(georep("session", "start", "k").code()).isEqualTo(10);
  }

  @Test
  void aDirectoryOfThisHostNeedsNone() {
    Result made =
        georep("session", "create", "k", primary.toString(), secondary.toString(), "--push-key");
    assertThat(made.code()).isEqualTo(1);
    assertThat(made.err()).contains("needs no key");
  }
}
