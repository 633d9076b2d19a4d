package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.georep.cli.Georep;
import org.georep.connection.AgentClient;
import org.georep.connection.Channel;
import org.georep.connection.Link;
import org.georep.connection.LinkOptions;
import org.georep.connection.Links;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.RawPath;
import org.georep.protocol.Greeting;
import org.georep.protocol.Keeping;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.AgentMain;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A key that authorized_keys ties to the agent and one root: replicates, and nothing else. */
final class RestrictedKeyTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);
  private static final int REFUSED_TICKET = 70;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private Path other = Path.of("/");
  private Path trace = Path.of("/");
  private Sshd sshd;

  @BeforeEach
  void make() {
    primary = sandbox.directory("primary");
    secondary = sandbox.directory("secondary");
    other = sandbox.directory("other");
    trace = sandbox.path().resolve("trace");
    sshd =
        Sshd.builder(sandbox.directory("sshd"))
            .forcedCommand(
                Path.of(System.getProperty("java.home"), "bin", "java")
                    + " -cp "
                    + System.getProperty("java.class.path")
                    + " "
                    + AgentMain.class.getName()
                    + " --root "
                    + secondary)
            .start();
  }

  @AfterEach
  void end() {
    if (sshd != null) {
      sshd.close();
    }
  }

  private SecondaryAddress address(Path root) {
    return new SecondaryAddress.Ssh(
        Optional.of(sshd.user()), sshd.host(), OptionalInt.of(sshd.port()), RawPath.toBytes(root));
  }

  /** What is asked to be run there is not run. */
  private LinkOptions options() {
    return new LinkOptions(
        List.of(
            "UserKnownHostsFile=" + sshd.knownHostsFile(),
            "GlobalKnownHostsFile=/dev/null",
            "IdentityAgent=none"),
        Optional.of(sshd.identityFile()),
        Optional.of("touch " + trace),
        PATIENT);
  }

  private static Request.Hello hello(byte[] root) {
    return new Request.Hello(
        root,
        UUID.randomUUID(),
        VolumeId.fresh(),
        Gfid.of(new byte[] {9, 1}),
        Request.Mode.REPLICATE,
        "here",
        Keeping.NOTHING,
        org.georep.protocol.MinFree.NONE);
  }

  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void replicatesWithEveryEngine(EngineChoice engine) throws Exception {
    byte[] large = new byte[3 << 20];
    new java.util.Random(7).nextBytes(large);
    Files.write(primary.resolve("large"), large);
    for (int i = 0; i < 50; i++) {
      Files.writeString(primary.resolve("small" + i), "contents " + i);
    }
    TestSession session =
        new TestSession(primary, sandbox.directory("state"), address(secondary), options(), engine);
    session.once();
    InStep.check(primary, secondary);
    large[1 << 20]++;
    Files.write(primary.resolve("large"), large);
    Files.move(primary.resolve("small1"), primary.resolve("moved"));
    session.once();
    InStep.check(primary, secondary);
    assertThat(trace).doesNotExist();
  }

  @Test
  void reachesNoOtherRoot() throws Exception {
    Files.createSymbolicLink(secondary.resolve("way"), other);
    try (Link link = Links.open(address(secondary), options())) {
      for (String root :
          List.of(
              other.toString(),
              secondary + "/../other",
              secondary + "/way",
              secondary + "/sub",
              "/",
              "other",
              secondary + "\0/other")) {
        byte[] bytes = root.getBytes(StandardCharsets.UTF_8);
        try (AgentClient client = AgentClient.open(link.open(), PATIENT)) {
          assertThat(client.send(hello(bytes)).get()).as(root).isInstanceOf(Reply.Refused.class);
          assertThat(client.send(new Request.OpenJob(1, "tarssh")).get())
              .isInstanceOf(Reply.Failed.class);
        }
        assertThat(data(link, bytes, "0".repeat(32), new byte[0])).isEqualTo(2);
      }
    }
    assertThat(other).isEmptyDirectory();
  }

  @Test
  void aTicketIsGoodOnceAndCannotBeGuessed() throws Exception {
    byte[] root = RawPath.toBytes(secondary);
    try (Link link = Links.open(address(secondary), options());
        AgentClient client = AgentClient.open(link.open(), PATIENT)) {
      client.call(hello(root), Reply.Welcome.class);
      String ticket = client.call(new Request.OpenJob(1, "tarssh"), Reply.JobOpened.class).ticket();
      byte[] nothing = new byte[1024];
      assertThat(data(link, root, "f".repeat(32), nothing)).isEqualTo(REFUSED_TICKET);
      assertThat(data(link, root, ticket, nothing)).isZero();
      assertThat(data(link, root, ticket, nothing)).isEqualTo(REFUSED_TICKET);
      String unknown = client.call(new Request.OpenJob(2, "sh"), Reply.JobOpened.class).ticket();
      assertThat(data(link, root, unknown, nothing)).isEqualTo(REFUSED_TICKET);
      String late = client.call(new Request.OpenJob(3, "tarssh"), Reply.JobOpened.class).ticket();
      client.call(new Request.CloseJob(3), Reply.Done.class);
      assertThat(data(link, root, late, nothing)).isEqualTo(REFUSED_TICKET);
      client.call(new Request.Goodbye(), Reply.Done.class);
    }
  }

  /** Sends a data channel these bytes; returns how it ended. */
  private static int data(Link link, byte[] root, String ticket, byte[] bytes) throws Exception {
    try (Channel channel = link.open()) {
      try (OutputStream out = channel.out()) {
        out.write(new Greeting.Data(root, ticket).toLine());
        out.write(bytes);
      } catch (java.io.IOException e) {
        assertThat(e).hasMessageContaining("ipe"); // it ended before it had read all
      }
      return channel.await(PATIENT).orElseThrow();
    }
  }

  private Program.Result ssh(List<String> options, String... command) {
    List<String> all = new ArrayList<>(List.of("ssh"));
    all.addAll(sshd.sshOptions());
    all.addAll(options);
    all.add(sshd.user() + "@" + sshd.host());
    all.addAll(List.of(command));
    List<String> closed = new ArrayList<>(List.of("sh", "-c", "\"$@\" </dev/null", "sh"));
    closed.addAll(all);
    return Program.run(closed);
  }

  @Test
  void runsNothingElse() {
    assertThat(ssh(List.of(), "touch", trace.toString()).output()).isEmpty();
    assertThat(ssh(List.of(), "id").output()).doesNotContain("uid=");
    assertThat(ssh(List.of(), "georep", "agent", "--root", "/").output()).isEmpty();
    // As a shell that is typed at.
    String typed = String.join(" ", sshd.ssh()) + " <<'end'\ntouch " + trace + "\nend";
    assertThat(Program.run(List.of("sh", "-c", typed)).exitCode()).isEqualTo(2);
    assertThat(trace).doesNotExist();
  }

  @Test
  void forwardsNothingAndGivesNoTerminal() {
    Program.Result direct = ssh(List.of("-W", sshd.host() + ":" + sshd.port()));
    assertThat(direct.exitCode()).isNotZero();
    assertThat(direct.output()).doesNotContain("SSH-2.0").contains("prohibited");
    Program.Result back =
        ssh(List.of("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"));
    assertThat(back.exitCode()).isEqualTo(255);
    assertThat(ssh(List.of("-tt"), "true").output()).contains("PTY allocation request failed");
  }

  @Test
  void copiesNothing() throws Exception {
    Path file = Files.writeString(sandbox.path().resolve("file"), "contents");
    List<String> scp = new ArrayList<>(List.of("scp"));
    sshd.sshOptions().forEach(word -> scp.add(word.equals("-p") ? "-P" : word));
    scp.addAll(List.of(file.toString(), sshd.user() + "@" + sshd.host() + ":" + trace));
    assertThat(Program.run(scp).exitCode()).isNotZero();
    List<String> rsync =
        List.of(
            "rsync",
            "-e",
            "ssh " + String.join(" ", sshd.sshOptions()),
            file.toString(),
            sshd.user() + "@" + sshd.host() + ":" + trace);
    assertThat(Program.run(rsync).exitCode()).isNotZero();
    assertThat(trace).doesNotExist();
  }

  /** The verb that authorized_keys names; a client that says nothing is no error. */
  @Test
  void theVerbTakesTheRoot() {
    List<String> command =
        List.of(
            "sh",
            "-c",
            "\"$@\" </dev/null",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Georep.class.getName(),
            "agent",
            "--root",
            secondary.toString());
    assertThat(Program.run(command).exitCode()).isZero();
  }
}
