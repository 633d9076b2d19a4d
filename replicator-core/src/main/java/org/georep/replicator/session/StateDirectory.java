package org.georep.replicator.session;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.georep.name.Shown;
import org.georep.posix.RawPath;

/**
 * Where georep keeps what lasts: a directory for each session, and the journals, which belong to
 * volumes. What it makes is for its owner only.
 */
public final class StateDirectory {
  private static final String JOURNAL = "journal";

  private final Path path;

  /** Names it; it need not be there. */
  public StateDirectory(Path path) {
    this.path = Objects.requireNonNull(path, "path is null").toAbsolutePath().normalize();
  }

  /**
   * Returns where it is when nobody says: {@code /var/lib/georep} for root, else {@code
   * $XDG_STATE_HOME/georep}, else {@code ~/.local/state/georep}.
   *
   * @param user the effective user id
   * @param environment the process's environment
   * @throws GeorepException if there is no home directory to put it in
   */
  public static StateDirectory byDefault(int user, Map<String, String> environment)
      throws GeorepException {
    if (user == 0) {
      return new StateDirectory(Path.of("/var/lib/georep"));
    }
    String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
    if (xdg.startsWith("/")) {
      return new StateDirectory(Path.of(xdg, "georep"));
    }
    String home = environment.getOrDefault("HOME", "");
    if (home.startsWith("/")) {
      return new StateDirectory(Path.of(home, ".local", "state", "georep"));
    }
    throw new GeorepException(
        ExitCode.ERROR,
        "There is no home directory to keep state in. Say where with --state-dir DIR.");
  }

  /**
   * Returns the one at a path given by the operator.
   *
   * @throws GeorepException if its name cannot be written in this process's locale, which the
   *     journal's files and the log need
   */
  public static StateDirectory given(Path path) throws GeorepException {
    boolean writable;
    try {
      writable = Path.of(path.toString()).equals(path);
    } catch (InvalidPathException e) {
      writable = false;
    }
    if (!writable) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The state directory "
              + Shown.of(RawPath.toBytes(path))
              + " has a name that this locale cannot write. Give one of plain letters with"
              + " --state-dir DIR, or set LC_ALL=C.UTF-8.");
    }
    return new StateDirectory(path);
  }

  /** Returns its path. */
  public Path path() {
    return path;
  }

  /**
   * Returns the secret that readers of the status page over the network have to know; a name that
   * no session can have.
   */
  public Path listenToken() {
    return path.resolve(".listen-token");
  }

  /**
   * Makes it, for its owner only, if it is not there.
   *
   * @throws GeorepException if that is not possible
   */
  public void make() throws GeorepException {
    make(path);
  }

  /** Returns a session's place, which need not be there. */
  public SessionDirectory session(SessionName name) {
    return new SessionDirectory(path.resolve(name.text()), name);
  }

  /** Returns the place of a volume's journal, which need not be there. */
  public Path journal(String volume) {
    return path.resolve(JOURNAL).resolve(volume);
  }

  /**
   * Returns the sessions that are configured here, in the order of their names.
   *
   * @throws IOException if the directory is there but cannot be read
   */
  public List<SessionDirectory> sessions() throws IOException {
    List<SessionName> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        String name = Objects.requireNonNull(entry.getFileName()).toString();
        if (SessionName.isName(name) && Files.exists(entry.resolve(SessionDirectory.YAML))) {
          names.add(new SessionName(name));
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(names);
    return names.stream().map(this::session).toList();
  }

  /**
   * Returns a session that is configured here.
   *
   * @throws GeorepException if there is none of the name; names those there are
   */
  public SessionDirectory existing(SessionName name) throws GeorepException, IOException {
    SessionDirectory session = session(name);
    if (Files.exists(session.yaml())) {
      return session;
    }
    List<String> known = sessions().stream().map(s -> s.name().text()).toList();
    String hint =
        known.isEmpty()
            ? "There is none in " + Shown.of(RawPath.toBytes(path)) + "; see --state-dir."
            : "There are: " + String.join(", ", known) + ".";
    throw new GeorepException(
        ExitCode.NO_SUCH_SESSION, "There is no session '" + name + "'. " + hint);
  }

  /** Makes a directory and what leads to it, for the owner only. */
  static void make(Path directory) throws GeorepException {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The state directory "
              + Shown.of(RawPath.toBytes(directory))
              + " cannot be made. Make it writable for this user, or name another with"
              + " --state-dir DIR.",
          e);
    }
  }
}
