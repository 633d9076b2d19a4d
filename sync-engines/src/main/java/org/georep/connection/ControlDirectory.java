package org.georep.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.georep.connection.ConnectionException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of one link's own for ssh's control sockets, mode 0700, and short: a socket's path
 * has 108 bytes at most, of which ssh takes some for itself.
 */
final class ControlDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(ControlDirectory.class);
  private static final int LONGEST = 60;
  private static final Duration KEPT = Duration.ofDays(1);

  /** What their names begin with; a number follows. */
  static final String PREFIX = "georep-";

  private ControlDirectory() {}

  static Path make() throws ConnectionException {
    List<String> candidates = new ArrayList<>();
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isEmpty()) {
      candidates.add(runtime);
    }
    candidates.add(System.getProperty("java.io.tmpdir"));
    candidates.add("/tmp");
    IOException last = null;
    for (String candidate : candidates) {
      // A blank or a percent sign means something in ssh's options.
      if (candidate.length() <= LONGEST && candidate.matches("/[A-Za-z0-9_./+-]*")) {
        try {
          LeftDirectories.prune(Path.of(candidate), Instant.now().minus(KEPT));
          return Files.createTempDirectory(Path.of(candidate), PREFIX);
        } catch (IOException e) {
          last = e;
        }
      }
    }
    throw new ConnectionException(
        Reason.MISSING_PROGRAM,
        "no directory for ssh's control socket can be made; set XDG_RUNTIME_DIR to one with a short"
            + (" path: " + last));
  }

  /** Removes it with the sockets that an ssh ended by force left in it. */
  static void remove(Path directory) {
    try (Stream<Path> sockets = Files.list(directory)) {
      for (Path socket : sockets.toList()) {
        Files.deleteIfExists(socket);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.debug("{} stays behind", directory, e);
    }
  }
}
