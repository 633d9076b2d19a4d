package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.BootId;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.Candidate;
import org.georep.protocol.ClockBound;
import org.georep.protocol.Keeping;
import org.georep.protocol.LeaseHolder;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Agents of two workers at one secondary, and a clock that stands until it is moved. */
final class LeaseTest {
  private static final Libc LIBC = NativeLibc.instance();
  private static final Duration LENGTH = Duration.ofMillis(200);
  private static final Gfid WITNESS = Desk.gfid("witness");

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final AtomicLong time = new AtomicLong(1_000_000);
  private Path root = Path.of("/");

  @BeforeEach
  void root() {
    assumeTrue(LIBC.geteuid() == 0, "trusted attributes need root");
    root = sandbox.path().resolve("secondary");
  }

  /** An agent, and the worker it speaks to. */
  private final class Member {
    final SecondarySession agent =
        new SecondarySession(
            LIBC, new Opening(LIBC, Clock.systemUTC(), 0), "test", Map::of, time::get);
    final AtomicLong heard = new AtomicLong();
    final UUID id = UUID.randomUUID();
    final String host;

    Member(String host) {
      this.host = host;
      agent.watch(heard::get);
    }

    Reply ask(Gfid witness, UUID session) throws IOException {
      return agent.handle(
          new Request.Stand(
              RawPath.toBytes(root),
              Optional.of(
                  new Candidate(
                      session, new VolumeId(Desk.SESSION), 0, "/p", id, host, LENGTH, witness))));
    }

    Reply.Standing stand() throws IOException {
      return (Reply.Standing) ask(WITNESS, Desk.SESSION);
    }

    void hello() throws IOException {
      assertThat(
              agent.handle(
                  new Request.Hello(
                      RawPath.toBytes(root),
                      Desk.SESSION,
                      new VolumeId(Desk.SESSION),
                      Desk.ROOT,
                      Request.Mode.REPLICATE,
                      "/p",
                      Keeping.NOTHING,
                      MinFree.NONE)))
          .isInstanceOf(Reply.Welcome.class);
    }

    Reply makes(String name, long batch) throws IOException {
      return agent.handle(
          new Request.Reconcile(
              batch,
              List.of(),
              List.of(),
              List.of(),
              List.of(Desk.at(Desk.ROOT, name, Desk.directory(name))),
              List.of(),
              List.of()));
    }
  }

  private Member active(String host) throws IOException {
    Member member = new Member(host);
    assertThat(member.stand().session()).isEmpty();
    member.hello();
    Reply.Standing standing = member.stand();
    assertThat(standing.granted()).isTrue();
    assertThat(standing.holder().map(LeaseHolder::shown)).contains(host + ", term 1");
    return member;
  }

  private void pass() {
    time.addAndGet(LENGTH.toMillis() + 1);
  }

  @Test
  void theFormerHolderChangesNothingAnyMore() throws Exception {
    Member a = active("a");
    a.makes("by-a", 1);
    Member b = new Member("b");
    assertThat(b.stand().granted()).isFalse();
    assertThat(b.stand().live()).isTrue();
    pass();
    Reply.Standing taken = b.stand();
    assertThat(taken.holder().map(LeaseHolder::shown)).contains("b, term 2");
    assertThat(taken.granted()).as("the tree is still open").isFalse();

    assertThatThrownBy(() -> a.makes("by-a-later", 2))
        .hasMessageContaining("taken over by b, term 2");
    assertThatThrownBy(
            () -> a.agent.handle(new Request.Barrier(1, List.of(), Optional.of(Instant.EPOCH), -1)))
        .hasMessageContaining("taken over");
    assertThatThrownBy(() -> a.agent.publish(1)).hasMessageContaining("taken over");
    assertThatThrownBy(() -> a.agent.handle(new Request.LeaseBeat(Optional.empty(), "")))
        .hasMessageContaining("taken over");
    assertThat(root.resolve("by-a-later")).doesNotExist();
    a.agent.close();

    assertThat(b.stand().granted()).isTrue();
    b.hello();
    b.makes("by-b", 1);
    assertThat(root.resolve("by-a")).isDirectory();
    assertThat(root.resolve("by-b")).isDirectory();
    Member again = new Member("a");
    Reply.Standing standing = again.stand();
    assertThat(standing.granted()).isFalse();
    assertThat(standing.holder().map(LeaseHolder::host)).contains("b");
    b.agent.close();
    again.agent.close();
  }

  @Test
  void whoIsHeardKeepsItAndTellsOfItself() throws Exception {
    Member a = active("a");
    Member b = new Member("b");
    for (int i = 0; i < 3; i++) {
      long end = time.get() + LENGTH.toMillis();
      Waits.until(
          "the lease is renewed",
          () -> {
            a.heard.incrementAndGet(); // once is missed by who has not begun to listen
            return until(1) == end;
          });
      time.addAndGet(LENGTH.toMillis() - 1);
      assertThat(b.stand().granted()).isFalse();
    }
    ClockBound bound = new ClockBound(time.get(), Instant.ofEpochSecond(5, 6));
    assertThat(a.agent.handle(new Request.LeaseBeat(Optional.of(bound), "some filter")))
        .isEqualTo(new Reply.Beaten(time.get()));
    assertThat(b.stand().clock()).contains(bound);
    assertThat(b.stand().filter()).isEqualTo("some filter");
    a.agent.close();
    assertThat(b.stand().granted()).as("it was given back").isTrue();
    b.agent.close();
  }

  private long until(long term) throws IOException {
    String text =
        Files.readString(
            root.resolve(".georep/lease/" + term + ".beat"), StandardCharsets.US_ASCII);
    return Long.parseLong(text.split(" ", -1)[1]);
  }

  @Test
  void anotherBootEndsIt() throws Exception {
    Member a = active("a");
    a.agent.abandon();
    Path term = root.resolve(".georep/lease/1");
    Files.writeString(
        term,
        Files.readString(term).replace(BootId.current().toString(), UUID.randomUUID().toString()));
    Member b = new Member("b");
    assertThat(b.stand().granted()).isTrue();
    try (Stream<Path> left = Files.list(root.resolve(".georep/lease"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("2", "2.beat");
    }
    b.agent.close();
  }

  @Test
  void whoHasAnotherFileSystemOrSessionIsRefused() throws Exception {
    Member a = active("a");
    Member b = new Member("b");
    Reply other = b.ask(Desk.gfid("copy"), Desk.SESSION);
    assertThat(other).isInstanceOf(Reply.Refused.class);
    assertThat(((Reply.Refused) other).sentence()).contains("other identities");
    assertThat(b.ask(WITNESS, UUID.randomUUID())).isInstanceOf(Reply.Refused.class);
    Reply look = b.agent.handle(new Request.Stand(RawPath.toBytes(root), Optional.empty()));
    assertThat(((Reply.Standing) look).session()).contains(Desk.SESSION);
    assertThat(((Reply.Standing) look).holder().map(LeaseHolder::length)).contains(LENGTH);
    a.agent.close();
    b.agent.close();
  }
}
