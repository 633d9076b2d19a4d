package org.georep.secondary.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.RawPath;
import org.georep.protocol.Candidate;
import org.georep.protocol.ClockBound;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.MinFree;
import org.georep.protocol.NameSpan;
import org.georep.protocol.PieceWriter;
import org.georep.protocol.Relative;
import org.georep.protocol.Request;
import org.georep.protocol.SpanDigest;
import org.georep.protocol.Token;
import org.georep.protocol.Want;
import org.georep.protocol.Xattr;

/**
 * Requests of every kind about a handful of entries, so that they meet what earlier ones made, with
 * names, numbers and attributes a replicator would never send.
 */
final class HostileRequests {
  private final Random random;
  private final Path root;
  private final Path outside;
  private final List<Supplier<Request>> named;
  private final List<Supplier<Request>> others;

  /**
   * Makes them of what this gives.
   *
   * @param root the secondary's
   * @param outside a directory that is no secondary, named as a root as well
   */
  HostileRequests(Random random, Path root, Path outside) {
    this.random = random;
    this.root = root;
    this.outside = outside;
    this.named =
        List.of(
            this::hello,
            () -> new Request.Stand(path(), optional(this::candidate)),
            () -> new Request.Promote(path(), flag()),
            () -> new Request.NextKin(path()),
            this::handover,
            () -> new Request.TakeKin(list(this::relative), flag()),
            Request.Survey::new,
            () -> new Request.Preview(names(), listing()));
    this.others =
        List.of(
            () -> new Request.LeaseBeat(optional(() -> new ClockBound(number(), time())), "x"),
            Request.Ping::new,
            Request.Goodbye::new,
            Request.Unpacks::new,
            Request.CrawlBegin::new,
            () ->
                new Request.Compare(
                    list(() -> new DirectoryDigest(gfid(), random.nextInt(9) - 4, new byte[16]))),
            () -> new Request.Suspects(list(() -> new Request.Suspect(gfid(), time(), number()))),
            Request.Weigh::new,
            () -> new Request.CrawlEnd(number()),
            () ->
                new Request.CompareContents(
                    number(), list(() -> new Request.Content(state(), new byte[32]))),
            () -> new Request.OpenBasis(number(), gfid()),
            () ->
                new Request.DigestBlocks(
                    number(),
                    flag() ? 512 : 16 << 20,
                    4 + random.nextInt(29),
                    list(() -> new Request.Range(number() >>> 2, number() >>> 2))),
            () -> new Request.Confirm(number(), number(), state()),
            () -> new Request.CloseBasis(number()),
            () -> new Request.OpenJob(number(), flag() ? "tarssh" : "../\n\0x"),
            () ->
                new Request.Publish(
                    number(), number(), list(() -> new Request.Staged(names(), state()))),
            () -> new Request.CloseJob(number()),
            () -> new Request.Barrier(number(), list(this::gfid), optional(this::time), number()),
            () -> new Request.Examine(list(() -> new SpanDigest(gfid(), span(), new byte[16]))),
            () ->
                new Request.Inspect(
                    gfid(), optional(this::state), optional(this::span), list(this::want)),
            () -> new Request.Hash(list(() -> new Request.Piece(gfid(), size(), size()))),
            () -> new Request.Disown(list(this::gfid)),
            () -> new Request.ListConflicts(names()));
  }

  /** Returns one that names a root, or comes with such. */
  Request ofARoot() {
    return named.get(random.nextInt(named.size())).get();
  }

  /** Returns one of any kind, most often one that changes the tree. */
  Request any() {
    int at = random.nextInt(2 * (named.size() + others.size()));
    if (at < named.size()) {
      return named.get(at).get();
    }
    return at < named.size() + others.size() ? others.get(at - named.size()).get() : reconcile();
  }

  /** Returns the body of a frame of contents: pieces in any order. */
  byte[] pieces() throws IOException {
    PieceWriter pieces = new PieceWriter();
    for (int i = random.nextInt(6); i >= 0; i--) {
      switch (random.nextInt(7)) {
        case 0 -> pieces.copy(size(), random.nextInt(1 << 16));
        case 1 -> pieces.drop();
        case 2 -> pieces.end(optional(() -> new byte[32]));
        case 3, 4 -> pieces.data(size(), ByteBuffer.allocate(random.nextInt(1000)));
        default -> pieces.begin(number(), state(), number());
      }
    }
    return pieces.take();
  }

  private Request reconcile() {
    return new Request.Reconcile(
        number(),
        list(this::gfid),
        list(this::gfid),
        list(this::state),
        list(() -> new Want.At(gfid(), want())),
        list(this::listing),
        list(this::state));
  }

  /** Nothing is taken over from outside on purpose: that would be obeyed, and right. */
  private Request hello() {
    byte[] path = path();
    boolean own = random.nextInt(3) == 0;
    return new Request.Hello(
        own ? RawPath.toBytes(root) : path,
        flag() ? Desk.SESSION : UUID.randomUUID(),
        new VolumeId(Desk.SESSION),
        gfid(),
        own ? pick(Request.Mode.values()) : pick(Request.Mode.REPLICATE, Request.Mode.PREVIEW),
        "\n\0",
        pick(Keeping.values()),
        flag() ? MinFree.NONE : new MinFree(Long.MAX_VALUE, MinFree.WHOLE),
        number(),
        Optional.empty());
  }

  private Request handover() {
    return new Request.Handover(
        path(),
        Desk.SESSION,
        new VolumeId(flag() ? Desk.SESSION : UUID.randomUUID()),
        gfid(),
        new VolumeId(flag() ? Desk.SESSION : UUID.randomUUID()),
        number(),
        "p");
  }

  private byte[] path() {
    return switch (random.nextInt(8)) {
      case 0 -> RawPath.toBytes(outside);
      case 1 -> bytes(root + "/../" + outside.getFileName());
      case 2 -> bytes(root + "\0" + outside);
      case 3 -> bytes(root + "/a");
      case 4 -> bytes("/nowhere/" + "x".repeat(random.nextInt(5000)));
      default -> RawPath.toBytes(root);
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Candidate candidate() {
    return new Candidate(
        flag() ? Desk.SESSION : UUID.randomUUID(),
        new VolumeId(Desk.SESSION),
        number(),
        "p",
        UUID.randomUUID(),
        "h",
        Duration.ofMillis(100 + random.nextInt(1000)),
        gfid());
  }

  private Relative relative() {
    return new Relative(
        gfid(),
        optional(this::gfid),
        pick(Kind.values()),
        optional(() -> new Token(time(), number())),
        optional(this::time),
        optional(this::time),
        flag());
  }

  private NameSpan span() {
    return new NameSpan(optional(this::name), optional(this::name));
  }

  private Listing listing() {
    return new Listing(gfid(), list(this::want), flag(), flag());
  }

  private long size() {
    return number() & Long.MAX_VALUE;
  }

  @SafeVarargs
  private <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }

  private <T> Optional<T> optional(Supplier<T> value) {
    return flag() ? Optional.of(value.get()) : Optional.empty();
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
    Kind kind = pick(Kind.values());
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

  private EntryPath names() {
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
