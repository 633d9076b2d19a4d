package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.status.file.StatusJson;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlSocketTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static final WorkerReport REPORT =
      new WorkerReportBuilder()
          .session("s")
          .lastSynced(Instant.ofEpochSecond(1_700_000_000L, 123_456_789))
          .build();

  private final Libc libc = NativeLibc.instance();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final List<AutoCloseable> open = new ArrayList<>();
  private Path path = Path.of("/");

  @BeforeEach
  void name() {
    path = sandbox.path().resolve("control");
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private ControlSocket listen() throws IOException {
    Quarantine quarantine =
        Quarantine.open(libc, sandbox.path().resolve("quarantine"), Clock.systemUTC(), 10);
    open.add(quarantine);
    Map<String, ControlSocket.Handler> handlers =
        new java.util.HashMap<>(
            ControlOperations.of(() -> REPORT, stopped::countDown, quarantine, () -> {}));
    handlers.put(
        "fail",
        request -> {
          throw new IOException("That is not possible. Try another day.");
        });
    handlers.put(
        "echo", request -> JsonNodeFactory.instance.objectNode().set("said", request.get("say")));
    ControlSocket socket =
        ControlSocket.listen(libc, path, handlers, () -> "checkpoint None is N/A");
    open.add(socket);
    return socket;
  }

  private ControlClient client() {
    return new ControlClient(libc, path, Waits.limit());
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    open.add(channel);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static String rest(SocketChannel channel) throws IOException {
    return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void answersWhatItIsAsked() throws Exception {
    listen();
    assertThat(StatusJson.parse(client().ask("status").get("status"))).isEqualTo(REPORT);
    ObjectNode echo = JsonNodeFactory.instance.objectNode().put("op", "echo").put("say", "h\u00e9");
    JsonNode reply = client().ask(echo);
    assertThat(reply.get("said").textValue()).isEqualTo("h\u00e9");
    assertThat(stopped.getCount()).isEqualTo(1);
    client().ask("stop");
    assertThat(stopped.getCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {104, 105, 106, 107, 108, 109, 200})
  void aPathOfAnyLengthWillDo(int length) throws Exception {
    String filler = "x".repeat(length - path.toString().length() - 1);
    path = sandbox.directory(filler).resolve("control");
    assertThat(path.toString()).hasSize(length);
    listen();
    assertThat(StatusJson.parse(client().ask("status").get("status"))).isEqualTo(REPORT);
  }

  @Test
  void errorsAreSentences() throws Exception {
    listen();
    assertThatThrownBy(() -> client().ask("fail"))
        .hasMessage("That is not possible. Try another day.");
    assertThatThrownBy(() -> client().ask("dance"))
        .hasMessage(
            "The operation 'dance' is not known. Known are: [echo, fail,"
                + " quarantine-drop, quarantine-retry, status, stop].");
    SocketChannel raw = connect();
    raw.write(ByteBuffer.wrap("no json\n[]\n\n".getBytes(StandardCharsets.UTF_8)));
    raw.shutdownOutput();
    assertThat(rest(raw).lines()).hasSize(3).allMatch(line -> line.contains("\"ok\":false"));
  }

  @Test
  void manyRequestsGoOverOneConnection() throws Exception {
    listen();
    SocketChannel raw = connect();
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      requests.append("{\"op\":\"echo\",\"say\":").append(i).append("}\n");
    }
    raw.write(ByteBuffer.wrap(requests.toString().getBytes(StandardCharsets.UTF_8)));
    raw.shutdownOutput();
    List<String> replies = rest(raw).lines().toList();
    assertThat(replies).hasSize(500);
    assertThat(replies.get(499)).isEqualTo("{\"ok\":true,\"said\":499}");
  }

  @Test
  void aSilentClientHearsOfTheCheckpoint() throws Exception {
    listen();
    assertThat(rest(connect())).isEqualTo("checkpoint None is N/A\0");
  }

  @Test
  void whoSendsTooMuchIsLeft() throws Exception {
    listen();
    SocketChannel raw = connect();
    ByteBuffer much = ByteBuffer.wrap(new byte[200_000]);
    try {
      while (much.hasRemaining()) {
        raw.write(much);
      }
      assertThat(rest(raw)).isEmpty();
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?i).*(pipe|reset).*");
    }
    assertThat(client().ask("status").get("ok").booleanValue()).isTrue();
  }

  @Test
  void whoSaysNothingHoldsNobodyUp() throws Exception {
    listen();
    for (int i = 0; i < 40; i++) {
      SocketChannel half = connect();
      half.write(ByteBuffer.wrap("{\"op\"".getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(client().ask("status").get("ok").booleanValue()).isTrue();
  }

  @Test
  void itIsForItsOwnerOnly() throws Exception {
    listen();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void aPathOfAnyLengthWorks() throws Exception {
    path = sandbox.directory("x".repeat(100) + "/" + "y".repeat(100)).resolve("control");
    listen();
    assertThat(client().ask("status").get("ok").booleanValue()).isTrue();
  }

  @Test
  void aDeadOnesSocketIsReplacedAndItsOwnRemoved() throws Exception {
    try (var dead = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    assertThatThrownBy(() -> client().ask("status")).isInstanceOf(IOException.class);
    ControlSocket socket = listen();
    assertThat(client().ask("status").get("ok").booleanValue()).isTrue();
    SocketChannel idle = connect();
    socket.close();
    assertThat(path).doesNotExist();
    assertThatThrownBy(() -> client().ask("status")).isInstanceOf(IOException.class);
    assertThat(idle.isOpen()).isTrue();
  }
}
