package org.georep.secondary.durability;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The clock of leases: how long the machine is up, suspension included. One clock for all processes
 * of a host, never set; of no use after a boot, see {@link org.georep.posix.BootId}.
 */
@FunctionalInterface
public interface UpTime {
  /** The kernel's, in steps of 10 ms. */
  UpTime KERNEL =
      () -> {
        String text = Files.readString(Path.of("/proc/uptime"), StandardCharsets.US_ASCII).strip();
        int space = text.indexOf(' ');
        try {
          return new BigDecimal(space < 0 ? text : text.substring(0, space))
              .movePointRight(3)
              .longValue();
        } catch (NumberFormatException e) {
          throw new IOException("/proc/uptime holds no time: is /proc mounted there?", e);
        }
      };

  /** Returns milliseconds since the machine was booted. */
  long millis() throws IOException;
}
