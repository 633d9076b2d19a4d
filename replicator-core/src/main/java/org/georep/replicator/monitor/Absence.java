package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.StateDirectory;

/**
 * Why nobody works for a session that is started.
 *
 * @param passing whether the monitor is about to mend it
 * @param reason a sentence
 */
public record Absence(boolean passing, String reason) {
  /** In bytes: with less room than this, what a worker says before it ends may not be kept. */
  private static final long ROOM = 1 << 20;

  /** Checks its parts. */
  public Absence {
    Objects.requireNonNull(reason, "reason is null");
  }

  /**
   * Returns why, for a session that is started while nobody holds it; nothing for another.
   *
   * @param wanted what is wanted of it
   */
  public static Optional<Absence> of(
      Libc libc, StateDirectory state, SessionDirectory session, Optional<DesiredState> wanted)
      throws IOException {
    if (!wanted.equals(Optional.of(DesiredState.STARTED))) {
      return Optional.empty();
    }
    Optional<Long> monitor = Monitor.process(libc, state);
    if (monitor.isEmpty()) {
      MonitorUnit unit = MonitorUnit.of(state);
      return Optional.of(
          unit.isStarted()
              ? new Absence(
                  true,
                  "Its monitor is being started. If it stays so, see: systemctl status georep")
              : new Absence(
                  false, "It is started, but no monitor runs here. Start it: " + unit.command()));
    }
    Path errors = WorkerKeeper.errors(session);
    String words = isOfBefore(errors, monitor.get()) ? "" : LastWords.line(errors);
    if (!words.isEmpty()) {
      return Optional.of(new Absence(false, words));
    }
    return Optional.of(
        Files.getFileStore(session.path()).getUsableSpace() < ROOM
            ? new Absence(
                false,
                "The file system of %s is full. Make room there; the monitor then starts it."
                    .formatted(state.path()))
            : new Absence(true, "The monitor is about to start it."));
  }

  /** Returns whether what was said is of a worker of an earlier monitor. */
  private static boolean isOfBefore(Path errors, long monitor) throws IOException {
    Optional<Instant> begun =
        ProcessHandle.of(monitor).flatMap(process -> process.info().startInstant());
    try {
      Instant said = Files.getLastModifiedTime(errors).toInstant();
      return begun.filter(said::isBefore).isPresent();
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
