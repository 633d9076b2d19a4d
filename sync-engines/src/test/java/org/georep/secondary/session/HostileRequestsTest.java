package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.RandomMessages;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeManifest;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Requests a replicator would never send, of every kind there is, and mutations of those it does:
 * the secondary answers or fails in an orderly way, neither hangs nor grows, keeps to its root, and
 * can be opened again.
 */
class HostileRequestsTest {
  private static final int ROUNDS = Integer.getInteger("georep.test.rounds", 6000);
  private static final int ROUNDS_PER_LIFE = 500;
  private static final int ROUNDS_UNOPENED = 50;
  private static final long SEED = Long.getLong("georep.test.seed", System.nanoTime());

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Random random = new Random(SEED);
  private final RandomMessages strange = new RandomMessages(random);
  private final Set<Class<?>> asked = new HashSet<>();

  @AfterEach
  void clear() {
    Program.run(List.of("chattr", "-R", "-f", "-i", "-a", sandbox.path().toString()));
  }

  @Test
  void failInAnOrderlyWay() throws Exception {
    Path outside = sandbox.directory("outside");
    Files.createDirectory(outside.resolve("a"));
    Files.writeString(outside.resolve("a/b"), "precious");
    Files.createSymbolicLink(outside.resolve("c"), Path.of("a"));
    TreeManifest before = manifest(outside);
    long heap = used();
    assertTimeoutPreemptively(Waits.limit().multipliedBy(10), () -> ask(outside));
    assertThat(used() - heap).as("of memory stays").isLessThan(64L << 20);
    assertThat(before.differences(manifest(outside))).isEmpty();
    assertThat(Desk.names(sandbox.path())).containsExactly("outside", "s");
    assertThat(asked).as("kinds").contains(Request.class.getPermittedSubclasses());
  }

  private void ask(Path outside) throws Exception {
    Path root = sandbox.path().resolve("s");
    HostileRequests requests = new HostileRequests(random, root, outside);
    Desk desk = Desk.at(root);
    for (int round = 0; round < ROUNDS; round++) {
      int ofLife = round % ROUNDS_PER_LIFE;
      if (ofLife < ROUNDS_UNOPENED) {
        if (ofLife % 10 == 0) {
          end(desk);
          desk.dies();
        }
        ask(desk, round, requests.ofARoot());
        continue;
      }
      if (ofLife == ROUNDS_UNOPENED) {
        opens(desk, root);
      }
      if (random.nextInt(20) == 0) {
        sends(desk, round, requests.pieces());
      }
      List<Request> all = random.nextInt(8) == 0 ? strange.requests() : List.of(requests.any());
      Request request = mutated(all.get(random.nextInt(all.size())));
      ask(desk, round, request);
      if (request instanceof Request.Goodbye) {
        desk.open(Request.Mode.REPLICATE);
      }
    }
    end(desk);
  }

  /** The connection ends; now and then as if the agent was killed. */
  private void end(Desk desk) throws IOException {
    if (random.nextBoolean()) {
      desk.end(true);
    }
  }

  /** What was promoted, or handed over to another session, is no secondary of this one's. */
  private static void opens(Desk desk, Path root) throws Exception {
    desk.dies();
    if (!(desk.hello(Request.Mode.REPLICATE) instanceof Reply.Welcome)) {
      Program.run(List.of("chattr", "-R", "-f", "-i", "-a", root.toString()));
      Program.run(List.of("chmod", "-R", "u+rwx", root.toString()));
      Program.check("rm", "-rf", root.toString());
      desk.dies();
      desk.open(Request.Mode.REPLICATE);
    }
  }

  private void ask(Desk desk, int round, Request request) {
    asked.add(request.getClass());
    try {
      desk.ask(request);
    } catch (IOException e) {
      assertThat(e).hasMessageNotContaining("null");
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + SEED + ", round " + round + ": " + request, e);
    }
  }

  /** A body that is none ends a connection, no more. */
  private void sends(Desk desk, int round, byte[] pieces) {
    long stream = 1L + round;
    try {
      desk.agent().contents(stream, pieces);
      desk.agent().publish(stream);
    } catch (IOException e) {
      assertThat(e).hasMessageNotContaining("null");
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + SEED + ", round " + round + ", contents", e);
    }
  }

  private static TreeManifest manifest(Path top) throws Exception {
    return TreeManifest.of(NativeLibc.instance(), RawPath.toBytes(top));
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** A fourth of them; none becomes the first or last of a connection. */
  private Request mutated(Request request) throws IOException {
    if (random.nextInt(4) > 0) {
      return request;
    }
    byte[] bytes = MessageCodec.encode(request);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    try {
      Request other = MessageCodec.decodeRequest(bytes);
      boolean ends = other instanceof Request.Goodbye || other instanceof Request.Hello;
      return ends ? request : other;
    } catch (ProtocolException e) {
      return request;
    }
  }
}
