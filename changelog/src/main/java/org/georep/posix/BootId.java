package org.georep.posix;

import com.google.errorprone.annotations.Immutable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;

/**
 * Which boot of the machine this is. The kernel makes it at random once each boot, so that a stored
 * one that differs proves that the machine went down since; in a container it is the host's.
 *
 * @param value the id
 */
@Immutable
public record BootId(UUID value) {
  private static final Path SOURCE = Path.of("/proc/sys/kernel/random/boot_id");

  /** Checks its part. */
  public BootId {
    Objects.requireNonNull(value, "value is null");
  }

  /**
   * Returns the id of this boot.
   *
   * @throws IOException if {@code /proc} is not mounted, or does not hold one
   */
  public static BootId current() throws IOException {
    return read(SOURCE);
  }

  static BootId read(Path source) throws IOException {
    String text = Files.readString(source, StandardCharsets.ISO_8859_1).strip();
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new IOException(source + " does not hold a boot id: is /proc mounted there?", e);
    }
  }

  /**
   * Parses what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no boot id
   */
  public static BootId parse(String text) {
    return new BootId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
