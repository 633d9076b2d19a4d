package org.georep.replicator.monitor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.posix.Libc;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.ProcessLock;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.worker.Signal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon of a state directory: keeps the captures and workers that its sessions want.
 *
 * <p>It holds a lock, so that there is one. It decides from what is on disk and who lives, each
 * time anew; nothing is lost with it. Killed, it leaves captures and workers running, and the next
 * one adopts them.
 *
 * <p>{@link #run} once, by one thread; {@link #stop} any time, by any.
 */
public final class Monitor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Monitor.class);
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final Libc libc;
  private final StateDirectory state;
  private final MonitorDirectory directory;
  private final Launch launch;
  private final MonitorOutput output;
  private final ProcessLock lock;
  private final Signal signal = new Signal();
  private final Map<SessionName, WorkerKeeper> workers = new TreeMap<>();
  private final Map<SessionName, WishReader> readers = new TreeMap<>();
  private final Map<String, CaptureKeeper> captures = new TreeMap<>();
  private final Map<SessionName, String> troubles = new HashMap<>();
  private volatile boolean stopping;

  private Monitor(
      Libc libc,
      StateDirectory state,
      MonitorDirectory directory,
      Launch launch,
      MonitorOutput output,
      ProcessLock lock) {
    this.libc = libc;
    this.state = state;
    this.directory = directory;
    this.launch = Objects.requireNonNull(launch, "launch is null");
    this.output = Objects.requireNonNull(output, "output is null");
    this.lock = lock;
  }

  /**
   * Becomes the monitor of a state directory. Nothing is started yet.
   *
   * @throws GeorepException if there is one already
   */
  public static Monitor take(Libc libc, StateDirectory state, Launch launch, MonitorOutput output)
      throws GeorepException, IOException {
    MonitorDirectory directory = new MonitorDirectory(state);
    directory.make();
    Optional<ProcessLock> lock = ProcessLock.take(libc, directory.lock());
    if (lock.isEmpty()) {
      throw new GeorepException(
          ExitCode.HELD,
          "A monitor runs for "
              + state.path()
              + " already"
              + process(libc, state).map(pid -> ", process " + pid).orElse("")
              + ". Leave it to that one, or end it first (SIGTERM).");
    }
    return new Monitor(libc, state, directory, launch, output, lock.get());
  }

  /** Returns the process of a state directory's monitor, if one runs. */
  public static Optional<Long> process(Libc libc, StateDirectory state) throws IOException {
    return ProcessLock.holder(libc, new MonitorDirectory(state).lock());
  }

  /** Asks {@link #run} to end. */
  public void stop() {
    stopping = true;
    signal.raise();
  }

  /**
   * Keeps what is wanted running until asked to stop; then ends workers, after them captures.
   *
   * @param leaveCapture whether captures go on, so that the next start costs no crawl
   */
  public void run(boolean leaveCapture) throws InterruptedException {
    while (!stopping) {
      try {
        look();
      } catch (IOException e) {
        log.warn("Cannot look after the sessions in {}; trying again", state.path(), e);
      }
      signal.await(PERIOD);
    }
    end(workers.values());
    if (!leaveCapture) {
      endCaptures();
    }
  }

  private void look() throws IOException {
    Map<SessionName, Wish> wishes = new TreeMap<>();
    List<SessionName> unclear = new ArrayList<>();
    for (SessionDirectory session : state.sessions()) {
      try {
        WishReader reader =
            readers.computeIfAbsent(session.name(), name -> new WishReader(libc, session));
        reader.read().ifPresent(wish -> wishes.put(session.name(), wish));
        troubles.remove(session.name());
      } catch (IOException | GeorepException e) {
        // What runs goes on as it is.
        unclear.add(session.name());
        tell(session.name(), e);
      }
    }
    boolean all = unclear.isEmpty();
    lookAtCaptures(wishes.values(), all);
    for (SessionName name : wishes.keySet()) {
      workers.computeIfAbsent(
          name, it -> new WorkerKeeper(libc, state.session(it), launch, signal, output));
    }
    for (Map.Entry<SessionName, WorkerKeeper> worker : workers.entrySet()) {
      if (!unclear.contains(worker.getKey())) {
        Optional<Wish> wish = Optional.ofNullable(wishes.get(worker.getKey()));
        worker.getValue().look(wish, () -> wish.isPresent() && isReady(wish.get()));
      }
    }
    workers
        .entrySet()
        .removeIf(it -> !wishes.containsKey(it.getKey()) && !it.getValue().isRunning());
  }

  private void tell(SessionName session, Exception e) {
    String sentence = String.valueOf(e.getMessage());
    if (!sentence.equals(troubles.put(session, sentence))) {
      output.line(session + ": " + sentence + " Until then it stays as it is");
    }
  }

  private boolean isReady(Wish wish) throws IOException {
    CaptureKeeper keeper = captures.get(wish.configuration().volume());
    return !wish.wantsCapture() || (keeper != null && keeper.isReady());
  }

  private void lookAtCaptures(Collection<Wish> wishes, boolean all) throws IOException {
    Map<String, SessionConfiguration> wanted = new TreeMap<>();
    for (Wish wish : wishes) {
      if (wish.wantsCapture()) {
        wanted.putIfAbsent(wish.configuration().volume(), wish.configuration());
      }
    }
    // One whose session was deleted is known by its mark only.
    for (String volume : directory.captured()) {
      keeper(volume);
    }
    wanted.keySet().forEach(this::keeper);
    for (Map.Entry<String, CaptureKeeper> capture : captures.entrySet()) {
      Optional<SessionConfiguration> session = Optional.ofNullable(wanted.get(capture.getKey()));
      // While a session cannot be read nobody knows whether it wants it.
      if (session.isPresent() || all) {
        capture.getValue().look(session);
      }
    }
  }

  private CaptureKeeper keeper(String volume) {
    return captures.computeIfAbsent(
        volume,
        name ->
            new CaptureKeeper(
                libc,
                directory,
                name,
                JournalDirectory.at(state.journal(name)),
                launch,
                signal,
                output));
  }

  private void end(Collection<WorkerKeeper> all) throws InterruptedException {
    boolean running = true;
    while (running) {
      running = false;
      for (WorkerKeeper worker : all) {
        try {
          worker.stop();
        } catch (IOException e) {
          log.warn("A worker cannot be looked after while it ends", e);
        }
        running |= worker.isRunning();
      }
      if (running) {
        signal.await(PERIOD);
      }
    }
  }

  private void endCaptures() throws InterruptedException {
    boolean running = true;
    while (running) {
      running = false;
      for (CaptureKeeper capture : captures.values()) {
        try {
          capture.look(Optional.empty());
        } catch (IOException e) {
          log.warn("A capture cannot be looked after while it ends", e);
        }
        running |= capture.isRunning();
      }
      if (running) {
        signal.await(PERIOD);
      }
    }
  }

  /** Lets another one be the monitor. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
