package org.georep.secondary.durability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.FileFormat;
import org.georep.protocol.Origin;

/**
 * Whose secondary a directory is: the file {@code .georep/id}, lines of {@code key=value}.
 *
 * @param session whose
 * @param volume the primary's volume
 * @param root the gfid of the primary's root
 * @param epoch how often it was promoted
 * @param promoted when it was promoted, if it is a primary now
 * @param settled whether nothing of that is left to be done
 * @param origin how the primary is found again, if known
 */
public record SecondaryId(
    UUID session,
    VolumeId volume,
    Gfid root,
    long epoch,
    Optional<Instant> promoted,
    boolean settled,
    Optional<Origin> origin) {
  private static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first(
          "remove .georep there and take the data over with --adopt, which compares both sides");

  /** Checks its parts. */
  public SecondaryId {
    Objects.requireNonNull(session, "session is null");
    Objects.requireNonNull(volume, "volume is null");
    Objects.requireNonNull(root, "root is null");
    Objects.requireNonNull(promoted, "promoted is null");
    Objects.requireNonNull(origin, "origin is null");
  }

  /** That of a secondary nothing is known of but whose it is. */
  public SecondaryId(
      UUID session, VolumeId volume, Gfid root, long epoch, Optional<Instant> promoted) {
    this(session, volume, root, epoch, promoted, promoted.isPresent(), Optional.empty());
  }

  /** Returns it as promoted at this time, and in this epoch. */
  public SecondaryId promoted(long inEpoch, Instant at, boolean whole) {
    return new SecondaryId(session, volume, root, inEpoch, Optional.of(at), whole, origin);
  }

  /** Returns its text. */
  public byte[] toBytes() {
    StringBuilder text = new StringBuilder();
    text.append("format=").append(FORMAT).append('\n');
    text.append("session=").append(session).append('\n');
    text.append("volume=").append(volume).append('\n');
    text.append("root=").append(root).append('\n');
    text.append("epoch=").append(epoch).append('\n');
    promoted.ifPresent(time -> text.append("promoted=").append(time).append('\n'));
    if (settled) {
      text.append("settled=yes\n");
    }
    origin.ifPresent(
        from -> {
          text.append("origin=").append(base64(utf8(from.session()))).append(' ');
          text.append(base64(utf8(from.host()))).append(' ');
          text.append(base64(from.path())).append('\n');
        });
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Parses it.
   *
   * @throws org.georep.posix.NewerFormatException if it is of a newer format
   * @throws IOException if it is damaged
   */
  public static SecondaryId parse(byte[] bytes) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : new String(bytes, StandardCharsets.US_ASCII).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    try {
      if (!FORMATS.reads("its .georep/id", Long.parseLong(value(values, "format")))) {
        throw new IllegalArgumentException("its format is " + values.get("format"));
      }
      return new SecondaryId(
          UUID.fromString(value(values, "session")),
          new VolumeId(UUID.fromString(value(values, "volume"))),
          Gfid.parse(value(values, "root")),
          Long.parseLong(value(values, "epoch")),
          Optional.ofNullable(values.get("promoted")).map(Instant::parse),
          values.containsKey("settled"),
          Optional.ofNullable(values.get("origin")).map(SecondaryId::origin));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("its .georep/id is damaged: " + e.getMessage(), e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static Origin origin(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("its origin has " + parts.length + " parts");
    }
    Base64.Decoder decoder = Base64.getDecoder();
    return new Origin(
        new String(decoder.decode(parts[0]), StandardCharsets.UTF_8),
        new String(decoder.decode(parts[1]), StandardCharsets.UTF_8),
        decoder.decode(parts[2]));
  }

  private static String value(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("there is no " + key);
    }
    return value;
  }
}
