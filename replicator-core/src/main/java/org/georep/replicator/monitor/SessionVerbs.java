package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.posix.Libc;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.DesiredStateFile;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionConfigurations;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.volume.DeleteConsent;
import org.georep.replicator.worker.ControlClient;
import org.georep.replicator.worker.Signal;

/**
 * What people do with sessions. What is wanted is written down first, durably; then what works is
 * ended, if that is wanted. Starting is the monitor's, now or when there is one.
 */
public final class SessionVerbs {
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration LONGEST_END = Duration.ofSeconds(90);
  private static final Duration STEP = Duration.ofMillis(50);

  private final Libc libc;
  private final StateDirectory state;

  /** Makes it for the sessions of a state directory. */
  public SessionVerbs(Libc libc, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /** Wants a session's worker kept running. Said again, one that waits for a word tries again. */
  public void start(SessionName name) throws GeorepException, IOException {
    SessionConfigurations.read(libc, state, name);
    wanted(name).write(DesiredState.STARTED);
  }

  /** Wants no worker, while changes go on being captured; returns when none works any more. */
  public void pause(SessionName name) throws GeorepException, IOException, InterruptedException {
    SessionDirectory session = state.existing(name);
    Optional<DesiredState> now = wanted(name).read();
    if (now.isEmpty() || now.get() == DesiredState.CREATED || now.get() == DesiredState.STOPPED) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The session '" + name + "' is not started. Start it with: georep session start " + name);
    }
    wanted(name).write(DesiredState.PAUSED);
    endWorker(session);
  }

  /** Goes on after a pause. */
  public void resume(SessionName name) throws GeorepException, IOException {
    SessionConfigurations.read(libc, state, name);
    Optional<DesiredState> now = wanted(name).read();
    if (now.isEmpty() || (now.get() != DesiredState.PAUSED && now.get() != DesiredState.STARTED)) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The session '" + name + "' is not paused. Start it with: georep session start " + name);
    }
    wanted(name).write(DesiredState.STARTED);
  }

  /**
   * Accepts the deletes that the brake stopped at, once, and lets a session that a monitor keeps go
   * on; one that is run by hand goes on when it is run again.
   *
   * @return how many deletes are accepted
   * @throws GeorepException if none wait to be accepted
   */
  public long acceptDeletes(SessionName name) throws GeorepException, IOException {
    SessionDirectory session = state.existing(name);
    OptionalLong accepted = new DeleteConsent(libc, session).give();
    if (accepted.isEmpty()) {
      throw new GeorepException(
          ExitCode.ERROR,
          "No deletes of the session '"
              + name
              + "' wait to be accepted; nothing was changed. See: georep status "
              + name
              + " --detail");
    }
    if (isKept(name)) {
      wanted(name).write(DesiredState.STARTED);
    }
    return accepted.getAsLong();
  }

  /** Returns whether a monitor is to see to it that the session goes on. */
  public boolean isKept(SessionName name) throws IOException {
    return wanted(name)
        .read()
        .filter(now -> now == DesiredState.STARTED || now == DesiredState.PAUSED)
        .isPresent();
  }

  /**
   * Wants no worker; returns when none works any more.
   *
   * @param release whether its volume need not be captured any more on its behalf
   */
  public void stop(SessionName name, boolean release)
      throws GeorepException, IOException, InterruptedException {
    SessionDirectory session = state.existing(name);
    // One that was begun by hand is nobody's charge, and stays so.
    if (wanted(name).read().isPresent()) {
      if (release) {
        wanted(name).writeReleased();
      } else {
        wanted(name).write(DesiredState.STOPPED);
      }
    }
    endWorker(session);
    if (release && monitor().isEmpty()) {
      endCapture(SessionConfigurations.read(libc, state, name).volume());
    }
  }

  /** Without a monitor: ends a volume's capture, unless another session wants it. */
  private void endCapture(String volume) throws GeorepException, IOException {
    MonitorDirectory directory = new MonitorDirectory(state);
    for (SessionDirectory other : state.sessions()) {
      Optional<Wish> wish = new WishReader(libc, other).read();
      if (wish.isPresent()
          && wish.get().wantsCapture()
          && wish.get().configuration().volume().equals(volume)) {
        return;
      }
    }
    new ProcessMark(libc, directory.captureMark(volume))
        .process()
        .ifPresent(ProcessHandle::destroy);
  }

  /**
   * Removes a session that is not started. What it knows of its secondary is kept, so that created
   * again, with the same name and ends, it goes on.
   *
   * @param resetSyncTime whether it is then to compare everything again
   * @param told takes what is left to be done, a line each
   */
  public void delete(SessionName name, boolean resetSyncTime, Consumer<String> told)
      throws GeorepException, IOException {
    SessionConfiguration configuration = SessionConfigurations.read(libc, state, name);
    SessionDirectory session = state.session(name);
    if (isKept(name)) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The session '"
              + name
              + "' is started or paused. Stop it first: georep session stop "
              + name);
    }
    try (SessionLock lock = SessionLock.take(libc, session)) {
      Objects.requireNonNull(lock);
      JournalDirectory.at(state.journal(configuration.volume())).forget(name.text());
      new DeleteConsent(libc, session).settle();
      wanted(name).delete();
      Files.deleteIfExists(session.status(configuration.volume()));
      Files.deleteIfExists(session.adopt());
      if (resetSyncTime) {
        Files.deleteIfExists(session.stime(configuration.volume()));
        Files.deleteIfExists(session.verify(configuration.volume()));
      }
      Files.move(session.yaml(), session.deleted(), StandardCopyOption.ATOMIC_MOVE);
      PushedKey.forget(session, configuration, told);
    }
  }

  /**
   * Tells the process that works for a session, if one does, that its configuration changed. A
   * monitor may have told it already.
   *
   * @return the keys it takes over while it works; nothing if nobody works for it
   */
  public Optional<Set<String>> reload(SessionName name) throws GeorepException, IOException {
    SessionDirectory session = state.existing(name);
    if (SessionLock.holder(libc, session).isEmpty()) {
      return Optional.empty();
    }
    try {
      Set<String> live = new HashSet<>();
      new ControlClient(libc, session.control(), ANSWER)
          .ask("reload")
          .path("live")
          .forEach(key -> live.add(key.asText()));
      return Optional.of(live);
    } catch (IOException e) {
      return Optional.of(Set.of()); // it is starting or ending, or of another version
    }
  }

  /** Returns the process of the monitor, if one runs. */
  public Optional<Long> monitor() throws IOException {
    return Monitor.process(libc, state);
  }

  private DesiredStateFile wanted(SessionName name) {
    return new DesiredStateFile(libc, state.session(name));
  }

  private void endWorker(SessionDirectory session)
      throws GeorepException, IOException, InterruptedException {
    Signal never = new Signal();
    Optional<Long> asked = Optional.empty();
    long until = System.nanoTime() + LONGEST_END.toNanos();
    while (true) {
      Optional<Long> holder = SessionLock.holder(libc, session);
      if (holder.isEmpty()) {
        return;
      }
      if (!holder.equals(asked)) {
        ask(session, holder.get());
        asked = holder;
      }
      if (System.nanoTime() > until) {
        throw new GeorepException(
            ExitCode.TIMED_OUT,
            "The session '"
                + session.name()
                + "' will not be started again, but process "
                + holder.get()
                + " still works for it after "
                + LONGEST_END.toSeconds()
                + " s. See: georep status "
                + session.name());
      }
      never.await(STEP);
    }
  }

  private void ask(SessionDirectory session, long pid) {
    try {
      new ControlClient(libc, session.control(), ANSWER).ask("stop");
    } catch (IOException e) {
      // It does not listen yet, or not any more.
      if (pid > 0) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
      }
    }
  }
}
