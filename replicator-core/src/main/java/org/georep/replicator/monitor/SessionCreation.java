package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.georep.connection.SecondaryAddress;
import org.georep.name.Shown;
import org.georep.posix.AtomicFile;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.RawPath;
import org.georep.posix.StatFs;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.DesiredStateFile;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.Size;
import org.georep.replicator.session.StateDirectory;

/**
 * Makes a session, after looking whether it can work: both ends, the way to the secondary, what is
 * there already, and room. The secondary is not changed. Nothing is left here when it cannot work.
 */
public final class SessionCreation {
  private final Libc libc;
  private final Clock clock;
  private final StateDirectory state;

  /** Makes it for a state directory. */
  public SessionCreation(Libc libc, Clock clock, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /**
   * Checks and creates.
   *
   * @param configuration as {@link org.georep.replicator.session.SessionPreparation} made it: both
   *     ends were looked at
   * @param mode whether data on the secondary is taken over, and an unreachable secondary accepted
   * @param pushing what is installed on the secondary's host before
   * @param told takes what was found, a line each, in order
   * @throws GeorepException what is wrong and what to do
   */
  public void create(
      SessionConfiguration configuration, RunMode mode, Pushing pushing, Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    SessionDirectory session = state.session(configuration.name());
    if (new SessionFile(libc, session.yaml()).read().isPresent()) {
      throw new GeorepException(
          ExitCode.ERROR,
          "There is a session '"
              + configuration.name()
              + "' already. Choose another name; or change it: georep session config "
              + configuration.name());
    }
    told.accept(
        "ends: "
            + Shown.of(RawPath.toBytes(configuration.primary()))
            + " to "
            + configuration.secondary().describe()
            + ", apart from each other and the state directory");
    boolean goesOn =
        new SessionFile(libc, session.deleted())
            .read()
            .filter(before -> before.id().equals(configuration.id()))
            .isPresent();
    Optional<String> agent =
        pushing.agent() ? Optional.of(PushedAgent.push(configuration, told)) : Optional.empty();
    if (pushing.key()) {
      PushedKey key = PushedKey.push(session, configuration, agent, told);
      boolean works = false;
      try {
        create(session, key.use(configuration), mode, goesOn, told);
        works = true;
      } finally {
        if (!works) {
          key.takeBack(told);
        }
      }
    } else {
      create(session, configuration, mode, goesOn, told);
    }
  }

  private void create(
      SessionDirectory session,
      SessionConfiguration configuration,
      RunMode mode,
      boolean goesOn,
      Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    new SecondaryCheck(libc, clock).check(configuration, mode, goesOn, told);
    room(configuration, told);
    session.make();
    if (!goesOn) {
      // How far a deleted session came, of this name and with other ends, says nothing of this one.
      Files.deleteIfExists(session.stime(configuration.volume()));
      Files.deleteIfExists(session.verify(configuration.volume()));
    }
    if (mode.adopt()) {
      write(session, mode.adoptChecksum() ? "checksum" : "metadata");
    }
    new DesiredStateFile(libc, session).write(DesiredState.CREATED);
    // Last: with it the session is there.
    new SessionFile(libc, session.yaml()).write(configuration);
  }

  private void write(SessionDirectory session, String word) throws IOException {
    new AtomicFile(libc, session.adopt()).write((word + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Room for the journal here, and on a secondary of this host. */
  private void room(SessionConfiguration configuration, Consumer<String> told) throws IOException {
    long here = free(RawPath.toBytes(state.path()));
    Size limit = configuration.settings().journalLimit();
    told.accept(
        here < limit.bytes()
            ? "room: only "
                + mib(here)
                + " are free for the journal, which may grow to "
                + limit
                + ". Give it less: georep session config "
                + configuration.name()
                + " journal-limit "
                + Math.max(16, (here / 2) >> 20)
                + "MiB"
            : "room: " + mib(here) + " for the journal");
    if (configuration.secondary() instanceof SecondaryAddress.Local local) {
      told.accept("room: " + mib(free(local.directory())) + " for the copy");
    }
  }

  private static String mib(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  /** Returns the free bytes of the file system a directory is on, or will be on. */
  private long free(byte[] path) throws IOException {
    Path at = RawPath.toPath(path);
    while (at != null && !Files.isDirectory(at)) {
      at = at.getParent();
    }
    byte[] there = at == null ? new byte[] {'/'} : RawPath.toBytes(at);
    int descriptor = libc.openat(Linux.AT_FDCWD, there, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      StatFs statistics = libc.fstatfs(descriptor);
      return statistics.available() * statistics.blockSize();
    } finally {
      libc.close(descriptor);
    }
  }

  /** Returns how a first run of a session takes over what its secondary holds. */
  public static RunMode mode(Libc libc, SessionDirectory session, String volume)
      throws IOException {
    List<String> words =
        Files.exists(session.stime(volume))
            ? List.of()
            : new AtomicFile(libc, session.adopt())
                .read().map(bytes -> new String(bytes, StandardCharsets.US_ASCII).strip()).stream()
                    .toList();
    boolean adopt = !words.isEmpty();
    return new RunMode(
        false, false, OptionalInt.empty(), adopt, words.contains("checksum"), false, true);
  }
}
