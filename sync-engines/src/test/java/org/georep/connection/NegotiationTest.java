package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.georep.connection.ConnectionException.Reason;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.protocol.Keeping;
import org.georep.protocol.MinFree;
import org.georep.protocol.Protocols;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.AgentMain;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Replicator and agent of neighbouring versions, the agent in its own process. */
final class NegotiationTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);

  /** An agent as it was with protocol 2: a range is a line it cannot take. */
  private static final String WITHOUT_RANGES =
      "read -r a b c d; if [ -n \"$d\" ] || [ \"$b\" != 2 ]; then "
          + "echo \"the replicator speaks protocol $b and this agent 2; install\" >&2; exit 2; fi; "
          + "{ printf '%s %s %s\\n' \"$a\" \"$b\" \"$c\"; exec cat; } | \"$@\"";

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static List<String> agent(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(AgentJvm.FLAGS);
    command.addAll(List.of(options));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), AgentMain.class.getName()));
    return command;
  }

  private LocalLink link(List<String> command) {
    return new LocalLink(new SecondaryAddress.Local(sandbox.bytes()), command);
  }

  /** What is said of a secondary that a later version has written, which only 3 has a word for. */
  private Reply.Refusal refusal(AgentClient client) throws Exception {
    Path control = sandbox.directory("later/.georep");
    Files.writeString(control.resolve("id"), "format=7\n");
    Reply reply =
        client.call(
            new Request.Hello(
                control.getParent().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                UUID.randomUUID(),
                VolumeId.fresh(),
                Gfid.of(new byte[] {1}),
                Request.Mode.REPLICATE,
                "here",
                Keeping.NOTHING,
                MinFree.NONE),
            Reply.class);
    assertThat(reply).isInstanceOf(Reply.Refused.class);
    assertThat(((Reply.Refused) reply).sentence()).contains("has format 7");
    return ((Reply.Refused) reply).reason();
  }

  @Test
  @DisplayName("both of this version speak the newest")
  void same() throws Exception {
    try (LocalLink link = link(agent());
        AgentClient client = AgentClient.open(link, PATIENT)) {
      assertThat(client.protocol()).isEqualTo(Protocols.NEWEST);
      assertThat(refusal(client)).isEqualTo(Reply.Refusal.NEWER_FORMAT);
    }
  }

  @Test
  @DisplayName("an agent that speaks no more than the version before: that is spoken")
  void olderAgent() throws Exception {
    try (LocalLink link = link(agent("-Dgeorep.protocol=2"));
        AgentClient client = AgentClient.open(link, PATIENT)) {
      assertThat(client.protocol()).isEqualTo(2);
      assertThat(refusal(client)).isEqualTo(Reply.Refusal.UNUSABLE);
    }
  }

  @Test
  @DisplayName("an agent that knows no ranges is asked once more in the oldest")
  void agentWithoutRanges() throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", WITHOUT_RANGES, "sh"));
    command.addAll(agent());
    try (LocalLink link = link(command);
        AgentClient client = AgentClient.open(link, PATIENT)) {
      assertThat(client.protocol()).isEqualTo(2);
      assertThat(refusal(client)).isEqualTo(Reply.Refusal.UNUSABLE);
    }
  }

  @Test
  @DisplayName("a replicator that speaks no more than the version before: that is spoken")
  void olderReplicator() throws Exception {
    try (LocalLink link = link(agent());
        AgentClient client = AgentClient.open(link.open(), PATIENT, PATIENT, Protocols.only(2))) {
      assertThat(client.protocol()).isEqualTo(2);
      assertThat(refusal(client)).isEqualTo(Reply.Refusal.UNUSABLE);
    }
  }

  @Test
  @DisplayName("without a protocol in common neither goes on, and it is said what to install")
  void nothingInCommon() throws Exception {
    try (LocalLink link = link(agent())) {
      assertThatThrownBy(() -> AgentClient.open(link.open(), PATIENT, PATIENT, new Protocols(8, 9)))
          .isInstanceOfSatisfying(
              ConnectionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PROTOCOL))
          .hasMessageContaining("the replicator speaks protocols 8 to 9 and the agent protocols 2")
          .hasMessageContaining("install the same version of georep on both hosts");
    }
  }
}
