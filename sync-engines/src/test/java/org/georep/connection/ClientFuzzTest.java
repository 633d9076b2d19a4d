package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.georep.protocol.Frame;
import org.georep.protocol.Greeting;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.Protocols;
import org.georep.protocol.RandomMessages;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;

/** What a hostile or broken agent may answer, against the replicator's end. */
class ClientFuzzTest {
  private static final int ROUNDS = Integer.getInteger("georep.test.rounds", 5_000);
  private static final long SEED = Long.getLong("georep.test.seed", System.nanoTime());
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int REQUESTS = 4;

  private final Random random = new Random(SEED);
  private final RandomMessages messages = new RandomMessages(random);

  /** Answers with these bytes, after the first request was sent. */
  private static final class Scripted implements Channel {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final byte[] greeting = Greeting.answer(Protocols.NEWEST, "fuzz");
    private final ByteArrayInputStream first = new ByteArrayInputStream(greeting);
    private final ByteArrayInputStream rest;

    Scripted(byte[] rest) {
      this.rest = new ByteArrayInputStream(rest);
    }

    @Override
    public InputStream in() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          int b = first.read();
          return b >= 0 ? b : whenAsked().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          int read = first.read(target, offset, length);
          return read > 0 ? read : whenAsked().read(target, offset, length);
        }
      };
    }

    private InputStream whenAsked() throws IOException {
      try {
        asked.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return rest;
    }

    @Override
    public OutputStream out() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public String errors() {
      return "";
    }

    @Override
    public OptionalInt await(Duration timeout) {
      return OptionalInt.of(0);
    }

    @Override
    public void close() {
      asked.countDown();
    }
  }

  @Test
  void everyFutureEnds() throws Exception {
    long before = used();
    int running = Thread.activeCount();
    long replies = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Scripted channel = new Scripted(answers());
      try (AgentClient client = AgentClient.open(channel, TIMEOUT)) {
        List<CompletableFuture<Reply>> futures = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
          futures.add(client.send(new Request.Ping()));
        }
        channel.asked.countDown();
        for (CompletableFuture<Reply> future : futures) {
          try {
            future.get(Waits.limit().toSeconds(), TimeUnit.SECONDS);
            replies++;
          } catch (ExecutionException e) {
            assertThat(e.getCause())
                .as("seed " + SEED + ", round " + round)
                .isInstanceOf(ConnectionException.class);
          }
        }
      }
    }
    assertThat(replies).as("some arrive whole").isGreaterThan(ROUNDS / 10);
    Waits.until("its threads have ended", () -> Thread.activeCount() <= running + 5);
    assertThat(used() - before).as("of memory stays").isLessThan(32L << 20);
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private byte[] answers() throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<Reply> replies = new ArrayList<>(messages.replies());
    java.util.Collections.shuffle(replies, random);
    for (int i = 0; i < REQUESTS; i++) {
      byte[] body = MessageCodec.encode(replies.get(i));
      if (random.nextInt(4) == 0) {
        mutate(body);
      }
      int type = random.nextInt(12) == 0 ? random.nextInt(6) : 2;
      long id = random.nextInt(12) == 0 ? random.nextInt(9) - 2 : i + 1;
      ByteBuffer header = ByteBuffer.allocate(Frame.HEADER).putInt(body.length).put((byte) type);
      all.writeBytes(header.putLong(id).array());
      all.writeBytes(body);
    }
    byte[] bytes = all.toByteArray();
    if (random.nextInt(4) == 0) {
      mutate(bytes);
    } else if (random.nextInt(4) == 0) {
      bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    return bytes;
  }

  private void mutate(byte[] bytes) {
    for (int i = 1 + random.nextInt(3); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
    }
  }
}
