package org.georep.replicator.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.georep.name.Shown;
import org.georep.posix.AtomicFile;
import org.georep.posix.Libc;
import org.georep.posix.NewerFormatException;
import org.georep.posix.RawPath;

/**
 * A session's configuration on disk: {@code session.yaml}, always whole, durable when written.
 * Every setting is recorded, also where it is the default, so that a later version with other
 * defaults does not change what a session does.
 */
public final class SessionFile {
  private final AtomicFile file;
  private final Path path;

  /** Names the file; it need not be there. */
  public SessionFile(Libc libc, Path path) {
    this.file = new AtomicFile(libc, path);
    this.path = path;
  }

  /** Replaces it. */
  public void write(SessionConfiguration configuration) throws IOException {
    file.write(SessionYaml.format(configuration));
  }

  /**
   * Reads it, or nothing if there is none.
   *
   * @throws IOException if it cannot be read
   * @throws GeorepException if it is wrong: a sentence with the key and the nearest known one
   */
  public Optional<SessionConfiguration> read() throws IOException, GeorepException {
    // The session's directory may be missing, too.
    Optional<byte[]> bytes = Files.exists(path) ? file.read() : Optional.empty();
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(SessionYaml.parse(path, bytes.get()));
    } catch (NewerFormatException e) {
      throw new GeorepException(ExitCode.ERROR, e.getMessage() + ".", e);
    } catch (IllegalArgumentException e) {
      throw new GeorepException(
          ExitCode.ERROR, Shown.of(RawPath.toBytes(path)) + ": " + e.getMessage(), e);
    }
  }
}
