package org.georep.changelog.capture.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.changelog.journal.JournalDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WakeServerTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final AtomicLong last = new AtomicLong(10);
  private final AtomicLong life = new AtomicLong();
  private final CountDownLatch marked = new CountDownLatch(1);
  private final Semaphore signals = new Semaphore(0);
  @TempDir Path journal;

  private WakeServer server() throws Exception {
    return new WakeServer(
        new SocketPlace(journal), "fake", () -> 0.5, last::get, marked::countDown, life::get);
  }

  private CaptureLink link() throws Exception {
    return CaptureLink.connect(JournalDirectory.at(journal), signals::release, LONG);
  }

  private boolean signalled() throws InterruptedException {
    return signals.tryAcquire(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void aFeedThatIsBehindIsWokenAtOnceAndOneThatIsNotLater() throws Exception {
    try (WakeServer server = server();
        CaptureLink link = link()) {
      assertThat(link.source()).isEqualTo("fake");
      assertThat(link.coverage()).isEqualTo(0.5);
      link.await(9);
      assertThat(signalled()).as("it missed record 10").isTrue();
      link.await(10);
      link.requestMark();
      assertThat(marked.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(signals.availablePermits()).as("it has seen everything").isZero();
      last.set(11);
      server.wake();
      assertThat(signalled()).isTrue();
    }
  }

  /** What fits into a socket's address lies beside the journal, what does not elsewhere. */
  @ParameterizedTest
  @ValueSource(ints = {104, 105, 106, 107, 108, 109, 200})
  void aPathOfAnyLengthWillDo(int length) throws Exception {
    int before = journal.resolve("capture.sock").toString().length() + 1;
    journal = Files.createDirectory(journal.resolve("x".repeat(length - before)));
    assertThat(journal.resolve("capture.sock").toString()).hasSize(length);
    try (WakeServer server = server();
        CaptureLink link = link()) {
      assertThat(server).isNotNull();
      assertThat(link.source()).isEqualTo("fake");
    }
  }

  @Test
  void aFeedThatWaitsIsToldThatTheHostIsGone() throws Exception {
    WakeServer server = server();
    try (CaptureLink link = link()) {
      link.await(10);
      assertThat(link.alive()).isTrue();
      server.close();
      assertThat(signalled()).isTrue();
      assertThat(link.alive()).isFalse();
    }
  }

  @Test
  void aHostIsNotHeldUpByAFeedThatDoesNotRead() throws Exception {
    try (WakeServer server = server();
        SocketChannel sleeper = SocketChannel.open(new SocketPlace(journal).find());
        CaptureLink link = link()) {
      sleeper.write(ByteBuffer.wrap("await 10\n".getBytes(StandardCharsets.US_ASCII)));
      link.await(10);
      Thread waking =
          new Thread(
              () -> {
                for (int i = 0; i < 200_000; i++) {
                  server.wake();
                }
              });
      waking.setDaemon(true);
      waking.start();
      waking.join(LONG.toMillis());
      assertThat(waking.isAlive()).as("held up").isFalse();
      assertThat(signalled()).isTrue();
      assertThat(link.alive()).isTrue();
    }
  }

  /** So many wait to be let in by a process that is stopped. */
  @Test
  @Timeout(30)
  void whoIsNotLetInDoesNotWait() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      SocketPlace place = new SocketPlace(journal);
      stopped.bind(place.make(), 1);
      for (int i = 0; i < 8; i++) {
        SocketChannel next = SocketChannel.open(StandardProtocolFamily.UNIX);
        waiting.add(next);
        next.configureBlocking(false);
        try {
          next.connect(place.find());
        } catch (IOException e) {
          assertThat(i).as("%s", e).isPositive(); // so many are let in, and no more
        }
      }
      assertThatThrownBy(this::link).isInstanceOf(IOException.class);
    } finally {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
    }
  }
}
