package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.georep.connection.ConnectionException.Reason;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.Errno;
import org.georep.protocol.Greeting;
import org.georep.protocol.Keeping;
import org.georep.protocol.MinFree;
import org.georep.protocol.Protocols;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions with a real agent process whose handler is scripted. */
final class AgentClientTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(1);

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final List<LocalLink> links = new ArrayList<>();

  @AfterEach
  void closeLinks() {
    links.forEach(LocalLink::close);
  }

  private ProcessChannel start(List<String> command) throws Exception {
    LocalLink link = new LocalLink(new SecondaryAddress.Local(sandbox.bytes()), command);
    links.add(link);
    return (ProcessChannel) link.open();
  }

  private ProcessChannel startAgent(String... options) throws Exception {
    return start(ScriptedAgents.command(options));
  }

  private Request.Hello hello() {
    return new Request.Hello(
        sandbox.bytes(),
        UUID.randomUUID(),
        VolumeId.fresh(),
        Gfid.of(new byte[] {1}),
        Request.Mode.REPLICATE,
        "here",
        Keeping.NOTHING,
        MinFree.NONE);
  }

  private AgentClient greeted(Channel channel, Duration timeout) throws Exception {
    AgentClient client = AgentClient.open(channel, timeout);
    client.call(hello(), Reply.Welcome.class);
    return client;
  }

  private Path closedNote() {
    return sandbox.path().resolve("closed");
  }

  private static Request act(String what) {
    return new Request.OpenJob(1, what);
  }

  private static ConnectionException failure(CompletableFuture<Reply> future) throws Exception {
    try {
      Reply reply = future.get(Waits.limit().toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("answered: " + reply);
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(ConnectionException.class);
      return (ConnectionException) e.getCause();
    }
  }

  @Test
  @DisplayName("pipelined requests are carried out in order, each answered by its own reply")
  void pipelined() throws Exception {
    try (AgentClient client = greeted(startAgent(), PATIENT)) {
      List<CompletableFuture<Reply>> replies = new ArrayList<>();
      for (long i = 1; i <= 20_000; i++) {
        replies.add(client.send(new Request.CrawlEnd(i)));
      }
      for (int i = 1; i <= replies.size(); i++) {
        assertThat(replies.get(i - 1).get()).isEqualTo(new Reply.Synced(i, i, Optional.empty()));
      }
    }
  }

  @Test
  @DisplayName("whatever goes wrong in the handler is a failed reply, and the agent lives on")
  void failures() throws Exception {
    try (AgentClient client = greeted(startAgent(), PATIENT)) {
      assertThat(client.send(act("denied")).get())
          .isInstanceOfSatisfying(
              Reply.Failed.class, failed -> assertThat(failed.errno()).isEqualTo(Errno.EACCES));
      assertThat(client.send(act("broken")).get())
          .isEqualTo(new Reply.Failed(0, "the disk smokes"));
      for (String fault : List.of("bug", "endless", "link")) {
        assertThat(client.send(act(fault)).get())
            .isInstanceOfSatisfying(
                Reply.Failed.class,
                failed -> assertThat(failed.sentence()).contains("please report"));
      }
      assertThat(client.send(act("huge")).get())
          .isInstanceOfSatisfying(
              Reply.Failed.class, failed -> assertThat(failed.errno()).isEqualTo(Errno.EOVERFLOW));
      assertThatThrownBy(() -> client.call(act("denied"), Reply.JobOpened.class))
          .isInstanceOfSatisfying(
              RequestFailedException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES));
      assertThat(client.call(act("fine"), Reply.JobOpened.class).ticket()).isEqualTo("fine");
    }
  }

  @Test
  @DisplayName("a request that no frame holds fails alone")
  void tooLarge() throws Exception {
    try (AgentClient client = greeted(startAgent(), PATIENT)) {
      assertThat(client.send(act("x".repeat(17 << 20)))).isCompletedExceptionally();
      assertThat(client.call(act("fine"), Reply.JobOpened.class).ticket()).isEqualTo("fine");
    }
  }

  @Test
  @DisplayName("after Goodbye the handler is closed before the answer, and the agent exits with 0")
  void goodbye() throws Exception {
    ProcessChannel channel = startAgent();
    try (AgentClient client = greeted(channel, PATIENT)) {
      client.call(new Request.Goodbye(), Reply.Done.class);
      assertThat(closedNote()).hasContent("once");
      assertThat(channel.await(Waits.limit())).hasValue(0);
    }
  }

  @Test
  @DisplayName("at the end of input the handler is closed, once, after the request under way")
  void endOfInput() throws Exception {
    ProcessChannel channel = startAgent();
    AgentClient client = greeted(channel, PATIENT);
    CompletableFuture<Reply> waiting = client.send(act("wait " + sandbox.path().resolve("go")));
    Thread closer = new Thread(client::close);
    closer.start();
    assertThat(closedNote()).doesNotExist();
    Files.createFile(sandbox.path().resolve("go"));
    closer.join();
    assertThat(closedNote()).hasContent("once");
    assertThat(channel.await(Waits.limit())).hasValue(1);
    assertThat(waiting).isDone();
  }

  @Test
  @DisplayName("SIGTERM closes the handler")
  void terminated() throws Exception {
    ProcessChannel channel = startAgent();
    try (AgentClient client = greeted(channel, PATIENT)) {
      Program.check("kill", "-TERM", Long.toString(channel.pid()));
      assertThat(channel.await(Waits.limit())).isPresent();
      assertThat(closedNote()).hasContent("once");
      assertThat(failure(client.send(new Request.Ping())).reason()).isEqualTo(Reason.LOST);
    }
  }

  @Test
  @DisplayName("when the agent is killed in mid request every future fails as lost")
  void killed() throws Exception {
    ProcessChannel channel = startAgent();
    try (AgentClient client = greeted(channel, PATIENT)) {
      CompletableFuture<Reply> first = client.send(act("wait /nonexistent/file"));
      CompletableFuture<Reply> second = client.send(new Request.Ping());
      Program.check("kill", "-KILL", Long.toString(channel.pid()));
      assertThat(failure(first).reason()).isEqualTo(Reason.LOST);
      assertThat(failure(second).reason()).isEqualTo(Reason.LOST);
      assertThat(failure(client.send(new Request.Ping())).reason()).isEqualTo(Reason.LOST);
      assertThat(client.lost()).isPresent();
    }
  }

  @Test
  @DisplayName("a stopped agent is lost after the timeout")
  void stopped() throws Exception {
    ProcessChannel channel = startAgent();
    try (AgentClient client = greeted(channel, SHORT)) {
      Program.check("kill", "-STOP", Long.toString(channel.pid()));
      ConnectionException lost = failure(client.send(new Request.Ping()));
      assertThat(lost.reason()).isEqualTo(Reason.LOST);
      assertThat(lost).hasMessageContaining("nothing was heard from the other side for 1 s");
    }
  }

  @Test
  @DisplayName("a request that takes several timeouts is not lost: pings go on meanwhile")
  void slowRequest() throws Exception {
    try (AgentClient client = greeted(startAgent(), SHORT)) {
      CompletableFuture<Reply> slow = client.send(act("wait " + sandbox.path().resolve("go")));
      long begun = System.nanoTime();
      Waits.until("four timeouts passed", () -> System.nanoTime() - begun > 4 * SHORT.toNanos());
      assertThat(slow).isNotDone();
      Files.createFile(sandbox.path().resolve("go"));
      assertThat(slow.get()).isInstanceOf(Reply.JobOpened.class);
    }
  }

  @Test
  @DisplayName("an agent whose replicator falls silent closes its handler and ends")
  void silentReplicator() throws Exception {
    ProcessChannel channel = startAgent();
    Greeting.Session greeting = new Greeting.Session(SHORT, Protocols.SPOKEN);
    FirstAnswer.agent(channel, greeting.toLine(), greeting.spoken(), PATIENT);
    assertThat(channel.await(Waits.limit())).hasValue(1);
    assertThat(channel.errors()).contains("nothing was heard");
  }

  @Test
  @DisplayName("more than the window waits with its sender, and goes on as replies come")
  void window() throws Exception {
    try (AgentClient client = greeted(startAgent(), PATIENT)) {
      Path go = sandbox.path().resolve("go");
      List<CompletableFuture<Reply>> replies = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Reply> first = client.send(act("wait " + go));
      Request large =
          new Request.Barrier(
              1, Collections.nCopies(300_000, Gfid.of(new byte[48])), Optional.empty(), -1);
      Thread sender =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 8; i++) {
                    replies.add(client.send(large));
                  }
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      sender.start();
      Waits.until(
          "the sender waits",
          () -> replies.size() == 2 && sender.getState() == Thread.State.WAITING);
      assertThat(replies).hasSize(2);
      Files.createFile(go);
      sender.join();
      assertThat(first.get()).isInstanceOf(Reply.JobOpened.class);
      for (CompletableFuture<Reply> reply : replies) {
        assertThat(reply.get()).isEqualTo(new Reply.Done());
      }
    }
  }

  @Test
  @DisplayName("what is no agent is said to be none")
  void noAgent() throws Exception {
    assertThat(openFailure("echo hello; exec cat >/dev/null").reason()).isEqualTo(Reason.LOST);
    assertThat(openFailure("yes").reason()).isEqualTo(Reason.PROTOCOL);
    assertThat(openFailure("cat /dev/zero").reason()).isEqualTo(Reason.PROTOCOL);
    assertThat(openFailure("echo georep-agent 9 x; exec cat"))
        .hasMessageContaining("install the same version");
    assertThat(openFailure("exec /nonexistent/georep agent").reason())
        .isEqualTo(Reason.MISSING_PROGRAM);
    assertThat(openFailure("echo broken >&2; exit 3"))
        .hasMessage("the agent ended with code 3 before it answered (broken)");
    assertThatThrownBy(() -> start(List.of("/nonexistent/java")))
        .isInstanceOfSatisfying(
            ConnectionException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.MISSING_PROGRAM));
  }

  private ConnectionException openFailure(String script) throws Exception {
    try (AgentClient client = AgentClient.open(start(List.of("sh", "-c", script)), SHORT)) {
      throw new AssertionError("opened with " + client.agentVersion());
    } catch (ConnectionException e) {
      return e;
    }
  }

  @Test
  @DisplayName("lines of a login script before the answer are passed over")
  void noise() throws Exception {
    List<String> noisy = new ArrayList<>(List.of("sh", "-c", "echo Welcome; exec \"$@\"", "sh"));
    noisy.addAll(ScriptedAgents.command());
    try (AgentClient client = greeted(start(noisy), PATIENT)) {
      assertThat(client.agentVersion()).isEqualTo("development");
    }
  }

  @Test
  @DisplayName("an agent that talks nonsense after its greeting ends the session")
  void nonsense() throws Exception {
    AgentClient client =
        AgentClient.open(
            start(List.of("sh", "-c", "echo georep-agent 2 x; exec cat /dev/zero")), PATIENT);
    try (client) {
      Waits.until("the session ended", () -> client.lost().isPresent());
      assertThat(client.lost().orElseThrow().reason()).isEqualTo(Reason.PROTOCOL);
    }
  }

  @Test
  @DisplayName("of a data channel's input exactly the line is taken; the exit code comes back")
  void dataChannel() throws Exception {
    ProcessChannel channel = startAgent();
    String ticket = "0123456789abcdef0123456789abcdef";
    try (OutputStream out = channel.out()) {
      out.write(new Greeting.Data(sandbox.bytes(), ticket).toLine());
      out.write("all of this\n".getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(new String(channel.in().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo(ticket + "\nall of this\n");
    assertThat(channel.await(Waits.limit())).hasValue(7);
  }

  @Test
  @DisplayName("an agent tied to one root opens no other, for sessions and for data")
  void tied() throws Exception {
    Path other = sandbox.directory("other");
    try (AgentClient client = AgentClient.open(startAgent("--root", other.toString()), PATIENT)) {
      assertThat(client.call(hello(), Reply.Refused.class).sentence()).contains("other");
      assertThatThrownBy(() -> client.call(act("fine"), Reply.JobOpened.class))
          .isInstanceOf(RequestFailedException.class);
    }
    ProcessChannel channel = startAgent("--root", other.toString());
    channel
        .out()
        .write(new Greeting.Data(sandbox.bytes(), "0123456789abcdef0123456789abcdef").toLine());
    assertThat(channel.await(Waits.limit())).hasValue(2);
    try (AgentClient client =
        AgentClient.open(startAgent("--root", sandbox.path() + "/./"), PATIENT)) {
      client.call(hello(), Reply.Welcome.class);
    }
  }

  @Test
  @DisplayName("nothing but Ping is carried out before a Hello")
  void helloFirst() throws Exception {
    try (AgentClient client = AgentClient.open(startAgent(), PATIENT)) {
      client.call(new Request.Ping(), Reply.Done.class);
      assertThatThrownBy(() -> client.call(act("fine"), Reply.JobOpened.class))
          .hasMessageContaining("Hello");
    }
  }
}
