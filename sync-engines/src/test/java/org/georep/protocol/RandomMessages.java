package org.georep.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.name.VolumeId;

/** Messages of every kind, with every value possible anywhere in them. */
public final class RandomMessages {
  private final Random random;

  /** Makes them of what this gives. */
  public RandomMessages(Random random) {
    this.random = random;
  }

  /** Returns a request of every kind. */
  public List<Request> requests() {
    return List.of(
        new Request.Hello(
            bytes(random.nextInt(100)),
            UUID.randomUUID(),
            new VolumeId(new UUID(random.nextLong(), random.nextLong())),
            gfid(),
            pick(Request.Mode.values()),
            text(),
            pick(Keeping.values()),
            new MinFree(random.nextLong() >>> 1, random.nextInt(MinFree.WHOLE + 1)),
            number(),
            optional(this::origin)),
        new Request.Stand(bytes(random.nextInt(100)), optional(this::candidate)),
        new Request.LeaseBeat(optional(this::bound), text()),
        new Request.Promote(bytes(random.nextInt(100)), random.nextBoolean()),
        new Request.NextKin(bytes(random.nextInt(100))),
        new Request.Handover(
            bytes(random.nextInt(100)),
            UUID.randomUUID(),
            new VolumeId(UUID.randomUUID()),
            gfid(),
            new VolumeId(UUID.randomUUID()),
            number(),
            text()),
        new Request.TakeKin(list(this::relative), flag()),
        new Request.Ping(),
        new Request.CrawlBegin(),
        new Request.Compare(list(() -> new DirectoryDigest(gfid(), number(), bytes(16)))),
        new Request.Suspects(list(() -> new Request.Suspect(gfid(), time(), number()))),
        new Request.Weigh(),
        new Request.CrawlEnd(number()),
        new Request.Reconcile(
            number(),
            list(this::gfid),
            list(this::gfid),
            list(this::state),
            list(() -> new Want.At(gfid(), want())),
            list(this::listing),
            list(this::state)),
        new Request.Preview(path(), listing()),
        new Request.CompareContents(number(), list(() -> new Request.Content(state(), bytes(32)))),
        new Request.Unpacks(),
        new Request.OpenBasis(number(), gfid()),
        new Request.DigestBlocks(
            number(),
            512 + random.nextInt(1 << 20),
            4 + random.nextInt(29),
            list(() -> new Request.Range(number() >>> 2, number() >>> 2))),
        new Request.CloseBasis(number()),
        new Request.Confirm(number(), number(), state()),
        new Request.OpenJob(number(), text()),
        new Request.Publish(number(), number(), list(() -> new Request.Staged(path(), state()))),
        new Request.CloseJob(number()),
        new Request.Barrier(number(), list(this::gfid), optional(this::time), number()),
        new Request.Goodbye(),
        new Request.Examine(list(() -> new SpanDigest(gfid(), span(), bytes(16)))),
        new Request.Inspect(gfid(), optional(this::state), optional(this::span), list(this::want)),
        new Request.Hash(
            list(
                () ->
                    new Request.Piece(
                        gfid(), number() & Long.MAX_VALUE, number() & Long.MAX_VALUE))),
        new Request.Disown(list(this::gfid)),
        new Request.ListConflicts(path()),
        new Request.Survey());
  }

  /** Returns a reply of every kind. */
  public List<Reply> replies() {
    return List.of(
        new Reply.Weighed(number(), number(), list(this::path)),
        new Reply.Welcome(
            text(),
            random.nextBoolean(),
            optional(this::time),
            number(),
            random.nextBoolean(),
            Map.of("rsync", text(), "tar", text()),
            list(this::text)),
        new Reply.Promoted(
            UUID.randomUUID(),
            new VolumeId(UUID.randomUUID()),
            number(),
            time(),
            optional(this::time),
            flag(),
            flag(),
            flag(),
            number(),
            number(),
            number(),
            list(this::path),
            optional(this::origin)),
        new Reply.Kin(new VolumeId(UUID.randomUUID()), number(), list(this::relative), flag()),
        new Reply.Standing(
            optional(UUID::randomUUID),
            optional(() -> new VolumeId(UUID.randomUUID())),
            number(),
            flag(),
            optional(() -> candidate().inTerm(number())),
            flag(),
            optional(this::time),
            number(),
            optional(this::bound),
            text()),
        new Reply.Beaten(number()),
        new Reply.HandedOver(number(), number(), number()),
        new Reply.Refused(pick(Reply.Refusal.values()), text()),
        new Reply.Done(),
        new Reply.Failed(random.nextInt(), text()),
        new Reply.Different(list(this::gfid)),
        new Reply.Reconciled(
            list(() -> new Reply.Needed(gfid(), optional(this::token), number(), flag())),
            list(this::place),
            list(this::gfid),
            list(this::gfid),
            list(this::failure)),
        new Reply.Previewed(list(() -> new Reply.Change(text(), path())), list(this::gfid)),
        new Reply.Same(list(this::gfid), list(this::gfid)),
        new Reply.BasisOpened(number()),
        new Reply.Digests(bytes(random.nextInt(200))),
        new Reply.JobOpened(text()),
        new Reply.Published(
            list(this::gfid),
            list(this::gfid),
            list(this::gfid),
            list(this::failure),
            list(this::gfid)),
        new Reply.Synced(
            number(), number(), random.nextBoolean() ? Optional.empty() : Optional.of("full ü")),
        new Reply.Examined(list(() -> random.nextInt(Integer.MAX_VALUE))),
        new Reply.Inspected(list(this::finding), optional(this::name)),
        new Reply.Surveyed(
            time(),
            flag(),
            number(),
            number(),
            number(),
            optional(java.util.UUID::randomUUID),
            optional(this::time),
            optional(this::text)),
        new Reply.Hashed(list(() -> optional(() -> bytes(32)))),
        new Reply.Conflicts(
            list(() -> new Reply.Conflict(path(), pick(Kind.values()), number(), time()))));
  }

  private Candidate candidate() {
    return new Candidate(
        UUID.randomUUID(),
        new VolumeId(UUID.randomUUID()),
        number(),
        text(),
        UUID.randomUUID(),
        text(),
        Duration.ofMillis(100 + random.nextInt(1 << 20)),
        gfid());
  }

  private ClockBound bound() {
    return new ClockBound(number(), time());
  }

  private Origin origin() {
    return new Origin(text(), text(), bytes(random.nextInt(100)));
  }

  private Relative relative() {
    return new Relative(
        gfid(),
        optional(this::gfid),
        pick(Kind.values()),
        optional(this::token),
        optional(this::time),
        optional(this::time),
        flag());
  }

  private NameSpan span() {
    return new NameSpan(optional(this::name), optional(this::name));
  }

  private Finding finding() {
    List<Trait> traits = new ArrayList<>(list(this::trait));
    traits.add(trait());
    return new Finding(optional(this::name), traits, optional(this::time), number());
  }

  private Trait trait() {
    return new Trait(pick(Aspect.values()), pick(new String[] {"", "ü"}), "0644");
  }

  EntryState state() {
    Kind kind = pick(Kind.values());
    return new EntryState(
        gfid(),
        kind,
        random.nextInt(010000),
        random.nextInt(),
        random.nextInt(),
        time(),
        time(),
        flag(),
        number() & Long.MAX_VALUE,
        flag(),
        random.nextInt(),
        number(),
        kind == Kind.SYMLINK ? Optional.of(bytes(random.nextInt(300))) : Optional.empty(),
        list(() -> new Xattr(name().toBytes(), bytes(random.nextInt(500)))),
        kind == Kind.FILE || kind == Kind.DIRECTORY ? 0x10 * random.nextInt(4) : 0);
  }

  private Want want() {
    return switch (random.nextInt(4)) {
      case 0 -> new Want.Absent(name());
      case 1 -> new Want.Covered(name());
      case 2 -> new Want.Excluded(name());
      default -> new Want.Present(name(), state());
    };
  }

  private Listing listing() {
    return new Listing(gfid(), list(this::want), flag(), flag());
  }

  private Reply.Failure failure() {
    return new Reply.Failure(optional(this::place), optional(this::gfid), random.nextInt(), text());
  }

  private Place place() {
    return new Place(gfid(), name());
  }

  private EntryPath path() {
    return EntryPath.of(list(this::name));
  }

  private FileName name() {
    byte[] name = bytes(1 + random.nextInt(random.nextInt(4) == 0 ? 255 : 12));
    for (int i = 0; i < name.length; i++) {
      name[i] = name[i] == 0 || name[i] == '/' ? (byte) 'x' : name[i];
    }
    name[0] = name[0] == '.' ? (byte) 'x' : name[0];
    return FileName.of(name);
  }

  private Gfid gfid() {
    return Gfid.of(bytes(1 + random.nextInt(Gfid.MAX_LENGTH)));
  }

  private Token token() {
    return new Token(time(), number());
  }

  private Instant time() {
    return switch (random.nextInt(6)) {
      case 0 -> Instant.MIN;
      case 1 -> Instant.MAX;
      case 2 -> Instant.EPOCH;
      default -> Instant.ofEpochSecond(random.nextInt() * 4L, random.nextInt(1_000_000_000));
    };
  }

  private String text() {
    return pick(new String[] {"", "rsync", "grün ist 緑 🌲", "a\nb\u0000c", "x".repeat(5000)});
  }

  private long number() {
    return switch (random.nextInt(5)) {
      case 0 -> Long.MIN_VALUE;
      case 1 -> Long.MAX_VALUE;
      case 2 -> -1;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  private boolean flag() {
    return random.nextBoolean();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> Optional<T> optional(Supplier<T> value) {
    return flag() ? Optional.of(value.get()) : Optional.empty();
  }

  private <T> List<T> list(Supplier<T> value) {
    List<T> values = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      values.add(value.get());
    }
    return values;
  }
}
