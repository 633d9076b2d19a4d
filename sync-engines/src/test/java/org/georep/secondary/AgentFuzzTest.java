package org.georep.secondary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.protocol.Frame;
import org.georep.protocol.Greeting;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.Packing;
import org.georep.protocol.PieceReader;
import org.georep.protocol.PieceWriter;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Protocols;
import org.georep.protocol.RandomMessages;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.RequestHandler;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Conversations mutated, cut and invented, against the agent's session and its greeting. */
class AgentFuzzTest {
  private static final int ROUNDS = Integer.getInteger("georep.test.rounds", 10_000);
  private static final long SEED = Long.getLong("georep.test.seed", System.nanoTime());
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Random random = new Random(SEED);
  private final RandomMessages messages = new RandomMessages(random);
  private final Set<Integer> types = new HashSet<>();
  private final PrintStream errors = System.err;

  /** It says why each conversation ended. */
  @BeforeEach
  void silence() {
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(errors);
  }

  /** Answers everything, reads what pieces it gets and counts how often it was closed. */
  private static final class Handler implements RequestHandler {
    private final AtomicLong closed = new AtomicLong();
    private final AtomicLong pieces = new AtomicLong();
    private final AtomicLong published = new AtomicLong();

    @Override
    public void contents(long stream, byte[] body) throws IOException {
      PieceReader reader = new PieceReader(body);
      while (reader.next().isPresent()) {
        pieces.incrementAndGet();
      }
    }

    @Override
    public Reply publish(long stream) {
      published.incrementAndGet();
      return new Reply.Done();
    }

    @Override
    public Reply handle(Request request) throws IOException {
      if (request instanceof Request.Weigh) {
        throw new IOException("as some requests fail");
      }
      return new Reply.Done();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @Test
  void sessionsEnd() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    long before = used();
    int running = Thread.activeCount();
    long pieces = 0;
    long published = 0;
    try {
      for (int round = 0; round < ROUNDS; round++) {
        byte[] conversation = conversation();
        Handler handler = new Handler();
        AgentSession session = new AgentSession(handler, RootRule.of());
        String which = "seed " + SEED + ", round " + round;
        Integer code =
            threads
                .submit(
                    () ->
                        session.serve(
                            new ByteArrayInputStream(conversation),
                            OutputStream.nullOutputStream(),
                            TIMEOUT))
                .get(Waits.limit().toSeconds(), TimeUnit.SECONDS);
        assertThat(code).as(which).isIn(0, 1);
        assertThat(handler.closed.get()).as(which).isEqualTo(1);
        pieces += handler.pieces.get();
        published += handler.published.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(types).as("of frames, and none").contains(0).hasSize(Frame.Type.values().length + 2);
    assertThat(pieces).as("of contents taken").isGreaterThan(ROUNDS / 20);
    assertThat(published).as("streams").isGreaterThan(ROUNDS / 50);
    Waits.until("its threads have ended", () -> Thread.activeCount() <= running + 5);
    assertThat(used() - before).as("of memory stays").isLessThan(32L << 20);
  }

  @Test
  void greetingsAreTakenOrRefused() throws Exception {
    for (int round = 0; round < 10 * ROUNDS; round++) {
      byte[] line =
          switch (random.nextInt(3)) {
            case 0 ->
                new Greeting.Session(Duration.ofSeconds(1 + random.nextInt(100)), Protocols.SPOKEN)
                    .toLine();
            case 1 -> new Greeting.Data(bytes(random.nextInt(50)), "0".repeat(32)).toLine();
            default -> bytes(random.nextInt(100));
          };
      mutate(line);
      try {
        Greeting.parse(Greeting.readGreeting(new ByteArrayInputStream(line)));
      } catch (ProtocolException | java.io.EOFException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  /** However long a header says its frame is, memory is taken for what has arrived. */
  @Test
  void aHeaderCostsNothing() throws Exception {
    AgentSession session = new AgentSession(new Handler(), RootRule.of());
    ByteBuffer header = ByteBuffer.allocate(Frame.HEADER).putInt(Frame.MAX_BODY).put((byte) 1);
    long before = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    session.serve(
        new ByteArrayInputStream(header.array()), OutputStream.nullOutputStream(), TIMEOUT);
    long after = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    assertThat(after - before).isLessThan(Frame.MAX_BODY / 2);
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private byte[] conversation() throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<Request> requests = new ArrayList<>(messages.requests());
    java.util.Collections.shuffle(requests, random);
    for (Request request : requests.subList(0, 1 + random.nextInt(4))) {
      byte[] body = MessageCodec.encode(request);
      if (random.nextInt(3) == 0) {
        mutate(body);
      }
      contents(all);
      int type = random.nextInt(10) == 0 ? anyType() : Frame.Type.REQUEST.code();
      add(all, type, random.nextInt(5), body);
      contents(all);
    }
    byte[] bytes = all.toByteArray();
    switch (random.nextInt(4)) {
      case 0 -> mutate(bytes);
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 2 -> bytes = random.nextInt(20) == 0 ? bytes(random.nextInt(300)) : bytes;
      default -> {}
    }
    return bytes;
  }

  /** Every type there is, one that is none below them and one above. */
  private int anyType() {
    int most = Arrays.stream(Frame.Type.values()).mapToInt(Frame.Type::code).max().orElseThrow();
    return random.nextInt(most + 2);
  }

  /** Now and then a stream, or parts of it: pieces that were read, or anything at all. */
  private void contents(ByteArrayOutputStream all) throws Exception {
    if (random.nextInt(3) > 0) {
      return;
    }
    long stream = random.nextInt(4) - 1L;
    for (int i = random.nextInt(3); i > 0; i--) {
      PieceWriter pieces = new PieceWriter();
      pieces.data(random.nextLong() >>> 1, ByteBuffer.allocate(random.nextInt(2000)));
      pieces.end(Optional.of(bytes(32)));
      byte[] body =
          switch (random.nextInt(3)) {
            case 0 -> pieces.take();
            case 1 -> Packing.pack(pieces.take());
            default -> bytes(random.nextInt(100));
          };
      if (random.nextInt(3) == 0) {
        mutate(body);
      }
      add(all, Frame.Type.CONTENT.code(), stream, body);
    }
    if (random.nextBoolean()) {
      add(all, Frame.Type.CONTENT_END.code(), stream, bytes(random.nextInt(2) * 9));
    }
    if (random.nextInt(10) == 0) {
      add(all, Frame.Type.CREDIT.code(), random.nextLong(), bytes(4));
    }
  }

  private void add(ByteArrayOutputStream all, int type, long id, byte[] body) {
    types.add(type);
    ByteBuffer header = ByteBuffer.allocate(Frame.HEADER).putInt(body.length).put((byte) type);
    all.writeBytes(header.putLong(id).array());
    all.writeBytes(body);
  }

  private void mutate(byte[] bytes) {
    for (int i = 1 + random.nextInt(3); i > 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          switch (random.nextInt(3)) {
            case 0 -> (byte) random.nextInt();
            case 1 -> (byte) (bytes[at] ^ (1 << random.nextInt(8)));
            default -> (byte) 0xff;
          };
    }
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
