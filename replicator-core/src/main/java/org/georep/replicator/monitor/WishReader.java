package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.DesiredStateFile;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.jspecify.annotations.Nullable;

/** Reads what is wanted of one session; its configuration only when its file changed. */
final class WishReader {
  private final Libc libc;
  private final SessionDirectory session;
  private @Nullable String version;
  private @Nullable SessionConfiguration configuration;

  WishReader(Libc libc, SessionDirectory session) {
    this.libc = libc;
    this.session = session;
  }

  /**
   * Returns it, or nothing if the session is nobody's charge or gone.
   *
   * @throws GeorepException if its configuration is wrong: a sentence
   */
  Optional<Wish> read() throws IOException, GeorepException {
    DesiredStateFile wanted = new DesiredStateFile(libc, session);
    Optional<DesiredState> state = wanted.read();
    if (state.isEmpty()) {
      return Optional.empty();
    }
    Optional<SessionConfiguration> current = configuration();
    return current.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Wish(
                state.get(),
                wanted.isReleased(),
                Files.getLastModifiedTime(session.monitorStatus()),
                current.get()));
  }

  private Optional<SessionConfiguration> configuration() throws IOException, GeorepException {
    BasicFileAttributes file = Files.readAttributes(session.yaml(), BasicFileAttributes.class);
    String now = file.fileKey() + " " + file.lastModifiedTime() + " " + file.size();
    if (!now.equals(version)) {
      configuration = new SessionFile(libc, session.yaml()).read().orElse(null);
      version = now;
    }
    return Optional.ofNullable(configuration);
  }
}
