package org.georep.changelog.record;

import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/** Random records of every kind. */
public final class Records {
  private final Random random;

  public Records(long seed) {
    this.random = new Random(seed);
  }

  public ChangeRecord next() {
    return switch (random.nextInt(10)) {
      case 0 -> new ChangeRecord.Entry(place(), maybe(gfid()));
      case 1 -> new ChangeRecord.Rename(place(), place(), maybe(gfid()));
      case 2 -> new ChangeRecord.Metadata(gfid(), maybe(place()));
      case 3 -> new ChangeRecord.Data(gfid(), maybe(place()));
      case 4 -> new ChangeRecord.Outside(gfid());
      case 5 -> new ChangeRecord.Subtree(place());
      case 6 ->
          new ChangeRecord.Started(
              "fanotify",
              "boot-" + random.nextInt(),
              new UUID(random.nextLong(), random.nextLong()),
              random.nextDouble());
      case 7 -> new ChangeRecord.Stopped();
      case 8 -> new ChangeRecord.Gap("ein Grund \u00fc \ud83d\ude00 ".repeat(random.nextInt(20)));
      default -> new ChangeRecord.Drained(instant());
    };
  }

  public Instant instant() {
    return Instant.ofEpochSecond(
        random.nextInt(4) == 0 ? -random.nextInt() : random.nextLong(1L << 34),
        random.nextInt(1_000_000_000));
  }

  public Place place() {
    byte[] name = new byte[1 + random.nextInt(random.nextInt(3) == 0 ? 255 : 20)];
    for (int i = 0; i < name.length; i++) {
      byte b = (byte) random.nextInt(256);
      name[i] = b == 0 || b == '/' || b == '.' ? (byte) 0xff : b;
    }
    return new Place(gfid(), FileName.of(name));
  }

  public Gfid gfid() {
    byte[] bytes = new byte[1 + random.nextInt(48)];
    random.nextBytes(bytes);
    return Gfid.of(bytes);
  }

  private <T> Optional<T> maybe(T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }
}
