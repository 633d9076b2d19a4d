package org.georep.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code session create --push} by the program that is shipped, to a host that has Java and no
 * georep: a real sshd whose user has an empty home.
 */
final class PushTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path georep;
  private Path home;
  private Sshd sshd;
  private Process monitor;

  @BeforeEach
  void unpack() throws IOException {
    Sshd.assumeAvailable();
    RsyncOracle.assumeAvailable();
    Path opt = sandbox.directory("opt");
    Program.check("tar", "-xzf", System.getProperty("georep.archive"), "-C", opt.toString());
    try (DirectoryStream<Path> all = Files.newDirectoryStream(opt)) {
      georep = all.iterator().next().resolve("georep");
    }
    home = sandbox.directory("home");
    sshd =
        Sshd.builder(sandbox.directory("sshd"))
            .configuration(
                "SetEnv SHLVL=1 HOME="
                    + home
                    + " PATH=/usr/bin:/bin JAVA_HOME="
                    + System.getProperty("java.home"))
            .start();
  }

  @AfterEach
  void end() throws InterruptedException {
    if (monitor != null) {
      monitor.destroy(); // and with it workers and captures
      monitor.waitFor();
    }
    if (sshd != null) {
      sshd.close();
    }
  }

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(georep.toString()));
    command.addAll(List.of("--state-dir", sandbox.path().resolve("state").toString()));
    command.addAll(List.of(words));
    return command;
  }

  private String create(String name) {
    List<String> command = command("session", "create", name, "--push");
    command.add("--ssh-key=" + sshd.identityFile());
    command.add("--ssh-option=UserKnownHostsFile=" + sshd.knownHostsFile());
    command.add("--ssh-option=GlobalKnownHostsFile=/dev/null");
    command.add("--ssh-option=IdentityAgent=none");
    command.add(sandbox.directory("primary").toString());
    command.add("ssh://" + sshd.user() + "@" + sshd.host() + ":" + sshd.port() + secondary(name));
    return Program.check(command);
  }

  private Path secondary(String name) {
    return sandbox.path().resolve("secondary-" + name);
  }

  private Path agent() throws IOException {
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(home.resolve(".local/share/georep"), "agent-*.jar")) {
      return jars.iterator().next();
    }
  }

  @Test
  void bringsTheAgentOnceAndReplicatesByIt() throws Exception {
    assertThat(create("a")).contains("agent: installed on " + sshd.host() + " as " + home);
    Path agent = agent();
    assertThat(agent).hasSameBinaryContentAs(georep.resolveSibling("lib/georep-agent.jar"));

    Files.writeString(sandbox.path().resolve("primary/file"), "contents");
    Program.check(command("session", "start", "a"));
    monitor =
        new ProcessBuilder(command("monitor"))
            .redirectErrorStream(true)
            .redirectOutput(sandbox.path().resolve("monitor").toFile())
            .start();
    Waits.until("it arrives", () -> Files.exists(secondary("a").resolve("file")));
    Waits.untilPasses(
        () ->
            assertThat(RsyncOracle.differences(sandbox.path().resolve("primary"), secondary("a")))
                .isEmpty());
    assertThat(home.resolve(".cache")).as("no other agent was copied there").doesNotExist();

    Object inode = Files.getAttribute(agent, "unix:ino");
    assertThat(create("b")).contains("agent: was there already on " + sshd.host());
    assertThat(agent()).isEqualTo(agent);
    assertThat(Files.getAttribute(agent, "unix:ino")).isEqualTo(inode);
  }
}
