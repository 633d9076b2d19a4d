package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.RawPath;
import org.georep.protocol.Greeting;
import org.georep.protocol.Keeping;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent as it is, as a child process. */
final class LocalLinkTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  @DisplayName("opens a fresh secondary, tells its programs, and can be opened again after Goodbye")
  void session() throws Exception {
    byte[] root = RawPath.toBytes(sandbox.directory("secondary"));
    Request.Hello hello =
        new Request.Hello(
            root,
            UUID.randomUUID(),
            VolumeId.fresh(),
            Gfid.of(new byte[] {1}),
            Request.Mode.REPLICATE,
            "here",
            Keeping.NOTHING,
            MinFree.NONE);
    try (Link link = Links.open(new SecondaryAddress.Local(root), LinkOptions.DEFAULT)) {
      for (boolean fresh : new boolean[] {true, false}) {
        Channel channel = link.open();
        try (AgentClient client = AgentClient.open(channel, PATIENT)) {
          Reply.Welcome welcome = client.call(hello, Reply.Welcome.class);
          if (fresh) {
            assertThat(welcome.fresh()).isTrue();
            assertThat(started()).contains("-Xmx512m", "-XX:MaxDirectMemorySize=256m");
            assertThat(welcome.programs().get("tar")).matches("[0-9.]+");
            client.call(
                new Request.Barrier(0, List.of(), Optional.empty(), -1), Reply.Synced.class);
          }
          client.call(new Request.Goodbye(), Reply.Done.class);
          assertThat(channel.await(Waits.limit())).hasValue(0);
        }
      }
    }
  }

  /** Returns the arguments of this process's children, of which the agent is one. */
  private static List<String> started() throws IOException {
    List<String> words = new ArrayList<>();
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      Path line = Path.of("/proc", Long.toString(child.pid()), "cmdline");
      try {
        words.addAll(List.of(Files.readString(line).split("\0")));
      } catch (NoSuchFileException e) {
        // It ended meanwhile: not the one that is connected.
      }
    }
    return words;
  }

  @Test
  @DisplayName("a data channel with a ticket of no job is refused, with nothing on its output")
  void noTicket() throws Exception {
    Path root = sandbox.directory("secondary");
    try (Link link = new LocalLink(new SecondaryAddress.Local(RawPath.toBytes(root)));
        Channel channel = link.open()) {
      channel.out().write(new Greeting.Data(RawPath.toBytes(root), "0".repeat(32)).toLine());
      channel.out().close();
      assertThat(new String(channel.in().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
      assertThat(channel.await(Waits.limit())).hasValue(70);
      assertThat(channel.errors()).contains("refused");
    }
  }
}
