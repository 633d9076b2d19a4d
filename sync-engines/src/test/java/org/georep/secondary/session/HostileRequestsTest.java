package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.protocol.Xattr;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Requests a replicator would never send, and mutations of those it does: the secondary answers or
 * fails in an orderly way, keeps to its root, and can be opened again.
 */
class HostileRequestsTest {
  private static final int ROUNDS = Integer.getInteger("georep.test.rounds", 3000);
  private static final long SEED = Long.getLong("georep.test.seed", System.nanoTime());

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Random random = new Random(SEED);

  @AfterEach
  void clear() {
    Program.run(List.of("chattr", "-R", "-f", "-i", "-a", sandbox.path().toString()));
  }

  @Test
  void failInAnOrderlyWay() throws Exception {
    Path root = sandbox.path().resolve("s");
    Desk desk = Desk.at(root);
    for (int round = 0; round < ROUNDS; round++) {
      Request request = request();
      if (random.nextInt(4) == 0) {
        request = mutated(request);
      }
      try {
        desk.ask(request);
      } catch (IOException e) {
        assertThat(e).hasMessageNotContaining("null");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ", round " + round + ": " + request, e);
      }
      if (round % 500 == 499) {
        desk.again(random.nextBoolean());
      }
    }
    desk.end(true);
    assertThat(Desk.names(sandbox.path())).containsExactly("s");
  }

  private Request mutated(Request request) throws IOException {
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

  private Request request() {
    return switch (random.nextInt(14)) {
      case 0 ->
          new Request.Compare(
              list(() -> new DirectoryDigest(gfid(), random.nextInt(9) - 4, new byte[16])));
      case 1 -> new Request.Suspects(list(() -> new Request.Suspect(gfid(), time(), number())));
      case 2 -> new Request.Weigh();
      case 3 -> new Request.CrawlEnd(number());
      case 4 -> new Request.CrawlBegin();
      case 5 ->
          new Request.CompareContents(
              number(), list(() -> new Request.Content(state(), new byte[32])));
      case 6 -> new Request.OpenJob(number(), random.nextBoolean() ? "tarssh" : "../\n\0x");
      case 7 ->
          new Request.Publish(number(), number(), list(() -> new Request.Staged(path(), state())));
      case 8 -> new Request.CloseJob(number());
      case 9 ->
          new Request.Barrier(
              number(),
              list(this::gfid),
              random.nextBoolean() ? Optional.empty() : Optional.of(time()),
              number());
      default ->
          new Request.Reconcile(
              number(),
              list(this::gfid),
              list(this::gfid),
              list(this::state),
              list(() -> new Want.At(gfid(), want())),
              list(() -> new Listing(gfid(), list(this::want), flag(), flag())),
              list(this::state));
    };
  }

  private Want want() {
    return switch (random.nextInt(6)) {
      case 0 -> new Want.Absent(name());
      case 1 -> new Want.Covered(name());
      case 2 -> new Want.Excluded(name());
      default -> new Want.Present(name(), state());
    };
  }

  private EntryState state() {
    Kind kind = List.of(Kind.values()).get(random.nextInt(Kind.values().length));
    boolean flagged = kind == Kind.FILE || kind == Kind.DIRECTORY;
    return new EntryState(
        gfid(),
        kind,
        random.nextInt(010000),
        random.nextInt(5) - 2,
        random.nextInt(),
        time(),
        time(),
        flag(),
        number() & Long.MAX_VALUE,
        flag(),
        random.nextInt(),
        number(),
        kind == Kind.SYMLINK ? Optional.of(target()) : Optional.empty(),
        list(this::xattr),
        flagged && random.nextInt(4) == 0 ? 0x10 * random.nextInt(4) : 0);
  }

  private byte[] target() {
    return switch (random.nextInt(5)) {
      case 0 -> new byte[0];
      case 1 -> new byte[5000];
      case 2 -> "a\0b".getBytes(StandardCharsets.UTF_8);
      default -> "../../../../../../etc".getBytes(StandardCharsets.UTF_8);
    };
  }

  private Xattr xattr() {
    String name =
        List.of(
                "user.a",
                "trusted.b",
                "trusted.georep.gfid",
                "user.georep.meta",
                "security.capability",
                "system.posix_acl_access",
                "system.posix_acl_default",
                "none",
                "user.",
                "user.x/y")
            .get(random.nextInt(10));
    byte[] value = new byte[random.nextInt(5) == 0 ? 65536 : random.nextInt(30)];
    random.nextBytes(value);
    return new Xattr(name.getBytes(StandardCharsets.UTF_8), value);
  }

  private Gfid gfid() {
    return switch (random.nextInt(12)) {
      case 0 -> Desk.ROOT;
      case 1 -> Gfid.of(new byte[] {0}); // as limbo is called within
      case 2 -> Gfid.of(new byte[Gfid.MAX_LENGTH]);
      default -> Desk.gfid("g" + random.nextInt(8));
    };
  }

  private FileName name() {
    return FileName.of(
        List.of("a", "b", "c", ".georep", "lost+found", "-", "x".repeat(255), "\n")
            .get(random.nextInt(8)));
  }

  private EntryPath path() {
    return EntryPath.of(list(this::name));
  }

  private Instant time() {
    return switch (random.nextInt(8)) {
      case 0 -> Instant.MIN;
      case 1 -> Instant.MAX;
      case 2 -> Instant.EPOCH;
      default -> Desk.TIME;
    };
  }

  private long number() {
    return switch (random.nextInt(9)) {
      case 0 -> Long.MIN_VALUE;
      case 1 -> Long.MAX_VALUE;
      case 2 -> -1;
      default -> random.nextInt(5);
    };
  }

  private boolean flag() {
    return random.nextBoolean();
  }

  private <T> List<T> list(Supplier<T> value) {
    List<T> values = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      values.add(value.get());
    }
    return values;
  }
}
