package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

/** Reads what is wanted of one session; each file only when it changed. */
final class WishReader {
  private final Libc libc;
  private final SessionDirectory session;
  private @Nullable String version;
  private @Nullable SessionConfiguration configuration;
  private @Nullable String said;
  private @Nullable DesiredState state;
  private boolean released;

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
    BasicFileAttributes file;
    try {
      file = Files.readAttributes(session.monitorStatus(), BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    String now = version(file) + " " + Files.exists(session.released());
    if (!now.equals(said)) {
      DesiredStateFile wanted = new DesiredStateFile(libc, session);
      state = wanted.read().orElse(null);
      released = wanted.isReleased();
      said = now;
    }
    DesiredState wanted = state;
    Optional<SessionConfiguration> current = configuration();
    return wanted == null || current.isEmpty()
        ? Optional.empty()
        : Optional.of(new Wish(wanted, released, file.lastModifiedTime(), current.get()));
  }

  /** Files are replaced whole. */
  private static String version(BasicFileAttributes file) {
    return file.fileKey() + " " + file.lastModifiedTime() + " " + file.size();
  }

  private Optional<SessionConfiguration> configuration() throws IOException, GeorepException {
    BasicFileAttributes file = Files.readAttributes(session.yaml(), BasicFileAttributes.class);
    String now = version(file);
    if (!now.equals(version)) {
      configuration = new SessionFile(libc, session.yaml()).read().orElse(null);
      version = now;
    }
    return Optional.ofNullable(configuration);
  }
}
