package org.georep.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SshdTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  void letsTheUserInByItsKey() {
    try (Sshd sshd = Sshd.start(sandbox.path())) {
      assertThat(Program.check(sshd.ssh("echo", "reached"))).isEqualTo("reached\n");
      List<String> withoutKey = new ArrayList<>(sshd.ssh("true"));
      withoutKey.set(withoutKey.indexOf("-i") + 1, "/dev/null");
      assertThat(Program.run(withoutKey).exitCode()).isEqualTo(255);
    }
  }

  @Test
  void runsTheForcedCommandOnly() {
    try (Sshd sshd =
        Sshd.builder(sandbox.path())
            .forcedCommand("echo \"forced instead of $SSH_ORIGINAL_COMMAND\"")
            .start()) {
      assertThat(Program.check(sshd.ssh("rm", "-rf"))).isEqualTo("forced instead of rm -rf\n");
    }
  }

  @Test
  void limitsSessionsOfAConnection() throws Exception {
    try (Sshd sshd = Sshd.builder(sandbox.path()).maxSessions(1).start()) {
      String control = sandbox.path().resolve("control").toString();
      List<String> first = new ArrayList<>(sshd.ssh("echo up; cat"));
      first.addAll(1, List.of("-M", "-S", control));
      Process session = new ProcessBuilder(first).start();
      assertThat(session.getInputStream().readNBytes(3)).asString().isEqualTo("up\n");
      List<String> second = new ArrayList<>(sshd.ssh("true"));
      second.addAll(1, List.of("-S", control, "-o", "ControlMaster=no"));
      // It then makes a connection of its own.
      assertThat(Program.check(second)).contains("Session open refused by peer");
      session.getOutputStream().close();
      assertThat(session.waitFor()).isZero();
    }
  }

  @Test
  void canBeLostAndComeBack() throws Exception {
    try (Sshd sshd = Sshd.start(sandbox.path())) {
      Process session = new ProcessBuilder(sshd.ssh("echo up; cat")).start();
      assertThat(session.getInputStream().readNBytes(3)).asString().isEqualTo("up\n");
      sshd.dropConnections();
      assertThat(session.waitFor()).isEqualTo(255);
      assertThat(Program.check(sshd.ssh("echo", "again"))).isEqualTo("again\n");
      int port = sshd.port();
      sshd.stop();
      assertThat(Program.run(sshd.ssh("true")).exitCode()).isEqualTo(255);
      sshd.restart();
      assertThat(sshd.port()).isEqualTo(port);
      assertThat(Program.check(sshd.ssh("echo", "back"))).isEqualTo("back\n");
    }
  }

  @Test
  void anotherHostKeyIsRefused() {
    try (Sshd sshd = Sshd.start(sandbox.path())) {
      sshd.changeHostKey();
      Program.Result result = Program.run(sshd.ssh("true"));
      assertThat(result.exitCode()).isEqualTo(255);
      assertThat(result.output()).contains("Host key verification failed");
    }
  }

  @Test
  void leavesNoProcess() throws Exception {
    Sshd sshd = Sshd.start(sandbox.path());
    Process session = new ProcessBuilder(sshd.ssh("echo up; cat")).start();
    session.getInputStream().readNBytes(3);
    sshd.close();
    session.waitFor();
    String configuration = sandbox.path().resolve("sshd_config").toString();
    Waits.until(
        "no sshd of this test is left",
        () ->
            ProcessHandle.allProcesses()
                .noneMatch(p -> p.info().commandLine().orElse("").contains(configuration)));
    assertThat(sshd.log()).contains("Accepted publickey");
  }
}
