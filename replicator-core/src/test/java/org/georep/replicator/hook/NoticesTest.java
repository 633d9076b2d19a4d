package org.georep.replicator.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.georep.status.file.StatusJson;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;
import org.georep.status.report.EventKind;
import org.georep.status.report.EventReport;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real programs, and a real server on loopback. */
class NoticesTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static EventReport event(EventKind kind) {
    return EventReport.of(
        Instant.ofEpochSecond(7), kind, "s", "_v", "$(touch /tmp/x) `id` 'a'\n; rm ü");
  }

  private Path script(String body) throws IOException {
    Path script = sandbox.path().resolve("hook");
    Files.writeString(script, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }

  private HookProgram hook(Path script, Duration limit) {
    return new HookProgram(
        List.of(script.toString(), "one two", "$HOME"), sandbox.path().resolve("out"), limit);
  }

  @Test
  void aHookGetsWhatHappenedAsDataOnly() throws Exception {
    Path script = script("printf '%s|' \"$@\"; echo; env | grep ^GEOREP_ | sort; cat\n");
    EventReport event =
        event(EventKind.CHECKPOINT_COMPLETED)
            .about(
                new CheckpointReport(
                    "nightly",
                    Instant.ofEpochSecond(5),
                    CheckpointStanding.COMPLETED,
                    Instant.ofEpochSecond(6, 500_000_000)));
    hook(script, LONG).tell(event);
    String out = Files.readString(sandbox.path().resolve("out"));
    assertThat(out)
        .startsWith("one two|$HOME|\n")
        .contains("GEOREP_EVENT=checkpoint-completed\n")
        .contains("GEOREP_SESSION=s\n")
        .contains("GEOREP_VOLUME=_v\n")
        .contains("GEOREP_TIME=7\n")
        .contains("GEOREP_CHECKPOINT=nightly\n")
        .contains("GEOREP_CHECKPOINT_TIME=5\n")
        .contains("GEOREP_CHECKPOINT_COMPLETION_TIME=6.5\n")
        .contains("GEOREP_MESSAGE=$(touch /tmp/x) `id` 'a' ; rm ")
        .doesNotContain("GEOREP_LAG");
    String json = out.substring(out.indexOf('{')).strip();
    assertThat(StatusJson.event(json)).contains(event);
  }

  @Test
  void aHookThatFailsOrHangsIsSaidSo() throws Exception {
    assertThatThrownBy(
            () -> hook(script("echo why >&2; exit 7\n"), LONG).tell(event(EventKind.FAULTY)))
        .hasMessageContaining("ended with 7")
        .hasMessageContaining("out");
    assertThat(Files.readString(sandbox.path().resolve("out"))).isEqualTo("why\n");
    Path pid = sandbox.path().resolve("pid");
    Path script = script("sleep 1000 & echo $! > '" + pid + "'; wait\n");
    assertThatThrownBy(() -> hook(script, Duration.ofSeconds(1)).tell(event(EventKind.FAULTY)))
        .hasMessageContaining("took longer than 1 s");
    long child = Long.parseLong(Files.readString(pid).strip());
    Waits.until(
        "what it started is killed, too",
        () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    assertThatThrownBy(() -> hook(Path.of("/nonexistent/hook"), LONG).tell(event(EventKind.FAULTY)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void anAddressGetsTheSameAndHasToAnswer() throws Exception {
    List<String> posted = new CopyOnWriteArrayList<>();
    int[] answer = {204};
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/beat",
        exchange -> {
          posted.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(answer[0], -1);
          exchange.close();
        });
    server.start();
    try {
      URI url =
          URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/beat?key=secret");
      EventReport event = event(EventKind.LAG_HIGH).withLag(61, 60);
      new HeartbeatAddress(url, LONG).tell(event);
      assertThat(posted).hasSize(1);
      assertThat(posted.get(0)).startsWith("POST /beat?key=secret {");
      assertThat(StatusJson.event(posted.get(0).substring(posted.get(0).indexOf('{')).strip()))
          .contains(event);
      answer[0] = 500;
      assertThatThrownBy(() -> new HeartbeatAddress(url, LONG).tell(event))
          .hasMessageContaining("500")
          .hasMessageNotContaining("secret");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anAddressThatNeverAnswersIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
      assertThatThrownBy(
              () -> new HeartbeatAddress(url, Duration.ofSeconds(1)).tell(event(EventKind.FAULTY)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void onlyWhatIsWantedIsToldAndFailuresStopNothing() {
    List<EventKind> heard = new CopyOnWriteArrayList<>();
    CountDownLatch go = new CountDownLatch(1);
    Receiver broken =
        event -> {
          go.await();
          throw new IOException("broken");
        };
    try (Notices notices = new Notices(List.of(broken, e -> heard.add(e.event())), LONG)) {
      for (EventKind kind : EventKind.values()) {
        notices.tell(event(kind)); // returns although the first one hangs
      }
      go.countDown();
    }
    assertThat(heard)
        .containsExactly(EventKind.FAULTY, EventKind.CHECKPOINT_COMPLETED, EventKind.LAG_HIGH);
  }
}
