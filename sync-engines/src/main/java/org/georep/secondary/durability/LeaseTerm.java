package org.georep.secondary.durability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.posix.BootId;
import org.georep.protocol.LeaseHolder;

/**
 * One term of the lease, which never changes: the file {@code .georep/lease/TERM}, lines of {@code
 * key=value}.
 *
 * @param holder who got it
 * @param process the agent that works for the holder
 * @param boot in which boot of this host
 * @param since when, by {@link UpTime}
 */
public record LeaseTerm(LeaseHolder holder, long process, BootId boot, long since) {
  private static final String FORMAT = "1";

  /** Checks its parts. */
  public LeaseTerm {
    Objects.requireNonNull(holder, "holder is null");
    Objects.requireNonNull(boot, "boot is null");
  }

  /** Returns its number. */
  public long number() {
    return holder.term();
  }

  byte[] toBytes() {
    String text =
        "format="
            + FORMAT
            + "\nterm="
            + holder.term()
            + "\nmember="
            + holder.member()
            + "\nhost="
            + Base64.getEncoder().encodeToString(holder.host().getBytes(StandardCharsets.UTF_8))
            + "\nlength="
            + holder.length().toMillis()
            + "\nwitness="
            + holder.witness()
            + "\nprocess="
            + process
            + "\nboot="
            + boot
            + "\nsince="
            + since
            + "\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static LeaseTerm parse(byte[] bytes) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : new String(bytes, StandardCharsets.US_ASCII).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    if (!values.getOrDefault("format", "none").equals(FORMAT)) {
      throw new IOException(
          "the lease in .georep/lease is of another format than "
              + FORMAT
              + ", or damaged. Stop both workers, remove that directory, and start them again");
    }
    try {
      return new LeaseTerm(
          new LeaseHolder(
              number(values, "term"),
              UUID.fromString(value(values, "member")),
              new String(Base64.getDecoder().decode(value(values, "host")), StandardCharsets.UTF_8),
              Duration.ofMillis(number(values, "length")),
              Gfid.parse(value(values, "witness"))),
          number(values, "process"),
          BootId.parse(value(values, "boot")),
          number(values, "since"));
    } catch (IllegalArgumentException e) {
      throw new IOException("the lease in .georep/lease is damaged: " + e.getMessage(), e);
    }
  }

  private static long number(Map<String, String> values, String key) {
    return Long.parseLong(value(values, key));
  }

  private static String value(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("there is no " + key);
    }
    return value;
  }
}
