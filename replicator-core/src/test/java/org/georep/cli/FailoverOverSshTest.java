package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.georep.posix.NativeLibc;
import org.georep.secondary.AgentMain;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Going over and back between two hosts: each has a state of its own, and ssh lies between. */
final class FailoverOverSshTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Launcher here = new Launcher(Path.of("/"));
  private Launcher there = new Launcher(Path.of("/"));
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private Path agent = Path.of("/");
  private Sshd sshd;

  @BeforeEach
  void make() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "identities of all kinds need root");
    Sshd.assumeAvailable();
    here = new Launcher(sandbox.path().resolve("state-here"));
    there = new Launcher(sandbox.path().resolve("state-there"));
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    sshd = Sshd.builder(sandbox.directory("sshd")).start();
    agent = sandbox.path().resolve("agent");
    Files.writeString(
        agent,
        "#!/bin/sh\nexec "
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + " -cp "
            + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            + " "
            + AgentMain.class.getName()
            + " \"$@\"\n");
    Files.setPosixFilePermissions(agent, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void stop() {
    if (sshd != null) {
      sshd.close();
    }
  }

  /** Whatever the host is called, it is the throw-away sshd. */
  private List<String> ssh() {
    List<String> options = new ArrayList<>();
    List<String> all = sshd.sshOptions();
    for (int i = 0; i + 1 < all.size(); i++) {
      if (all.get(i).equals("-o")) {
        options.add("--ssh-option=" + all.get(i + 1));
      }
    }
    options.add("--ssh-option=Port=" + sshd.port());
    options.add("--ssh-option=HostName=" + sshd.host());
    options.add("--ssh-option=User=" + sshd.user());
    options.add("--ssh-key=" + sshd.identityFile());
    options.add("--agent-command=" + agent);
    return options;
  }

  private Launcher.Result run(Launcher host, String... words) {
    List<String> args = new ArrayList<>(List.of(words));
    args.addAll(ssh());
    return host.done(args.toArray(new String[0]));
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void theOldPrimaryIsFoundAsTheSecondaryWasTold() throws Exception {
    Files.createDirectories(primary.resolve("a"));
    Files.writeString(primary.resolve("a/f"), "contents");
    Files.writeString(primary.resolve("g"), "other contents");
    String address = sshd.user() + "@" + sshd.host() + ":" + secondary;
    run(here, "replicate", "--once", "--name=s", primary.toString(), address);
    there.done("promote", secondary.toString());
    Files.move(secondary.resolve("a"), secondary.resolve("b"));
    Files.writeString(secondary.resolve("new"), "made on the secondary's host");
    Object inode = inode(primary.resolve("a/f"));

    Launcher.Result back = run(there, "failback", "s", "--once");

    assertThat(back.err()).contains("georep promote " + primary);
    assertThat(RsyncOracle.differences(secondary, primary)).isEmpty();
    assertThat(inode(primary.resolve("b/f"))).isEqualTo(inode);
  }
}
