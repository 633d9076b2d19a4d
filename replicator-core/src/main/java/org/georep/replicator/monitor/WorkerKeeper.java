package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.georep.posix.Libc;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.OutputFile;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.volume.DeleteConsent;
import org.georep.replicator.worker.ControlClient;
import org.georep.replicator.worker.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session's worker running while it is started. Whoever holds the session's lock is its
 * worker, whoever started it; no second one is started. One that ended because it needs somebody's
 * word (deletes to be accepted, a promoted secondary) is started again when the session is started
 * or resumed. A worker takes over limits and a filter that changed; for other settings it is ended
 * and started with the new ones, which costs no crawl while capture runs. For one thread.
 */
final class WorkerKeeper {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** Whether something is so, found out when it is asked for. */
  @FunctionalInterface
  interface Readiness {
    boolean isGiven() throws IOException;
  }

  private final Libc libc;
  private final SessionDirectory session;
  private final Launch launch;
  private final Signal signal;
  private final MonitorOutput output;
  private final Pace pace = new Pace();
  private @Nullable Charge charge;
  private @Nullable SessionConfiguration startedWith;
  private @Nullable FileTime heldSince;

  WorkerKeeper(
      Libc libc, SessionDirectory session, Launch launch, Signal signal, MonitorOutput output) {
    this.libc = libc;
    this.session = session;
    this.launch = launch;
    this.signal = signal;
    this.output = output;
  }

  /**
   * Starts, restarts or ends it, as needed.
   *
   * @param wish what is wanted; nothing if the session is nobody's charge or gone
   * @param ready whether changes are being captured, so that it can start; asked only if it is to
   */
  void look(Optional<Wish> wish, Readiness ready) throws IOException {
    reap(wish);
    new OutputFile(errors(session)).bound();
    Charge running = charge;
    if (wish.isEmpty() || !wish.get().wantsWorker()) {
      pace.reset();
      heldSince = null;
      if (running != null) {
        running.stop();
      }
    } else if (running != null) {
      SessionConfiguration wanted = wish.get().configuration();
      if (!wanted.equals(startedWith) && !running.isStopping() && takesOver(wanted)) {
        startedWith = wanted;
        output.line(session.name() + ": its configuration changed; the worker goes on with it");
      } else if (!wanted.equals(startedWith)) {
        if (!running.isStopping()) {
          output.line(session.name() + ": its configuration changed; the worker is started again");
        }
        running.stop();
      }
    } else if (!isHeld(wish.get()) && pace.isDue() && ready.isGiven()) {
      start(wish.get());
    }
  }

  /** Lets a worker take over what changed, if that is all it takes. */
  private boolean takesOver(SessionConfiguration wanted) {
    SessionConfiguration before = startedWith;
    if (before == null
        || !before.with(before.settings().withLive(wanted.settings())).equals(wanted)) {
      return false;
    }
    try {
      return new ControlClient(libc, session.control(), ANSWER)
          .ask("reload")
          .path("complete")
          .asBoolean();
    } catch (IOException e) {
      return false; // it is starting, or of another version
    }
  }

  /** Ends it. */
  void stop() throws IOException {
    look(Optional.empty(), () -> false);
  }

  boolean isRunning() {
    return charge != null;
  }

  private boolean isHeld(Wish wish) {
    if (heldSince != null && !heldSince.equals(wish.said())) {
      heldSince = null;
      pace.reset();
    }
    return heldSince != null;
  }

  /** Returns what a session's last worker said on standard error. */
  static Path errors(SessionDirectory session) {
    return session.log().resolve("worker.err");
  }

  private void start(Wish wish) throws IOException {
    startedWith = wish.configuration();
    Optional<ProcessHandle> holder = SessionLock.holder(libc, session).flatMap(ProcessHandle::of);
    if (holder.isPresent()) {
      charge = Charge.adopted(holder.get(), signal);
      output.line(session.name() + ": worked for by process " + holder.get().pid() + " already");
      return;
    }
    Process process = launch.worker(session.name(), errors(session));
    charge = Charge.child(process, signal);
    output.line(session.name() + ": worker started, process " + process.pid());
  }

  private void reap(Optional<Wish> wish) throws IOException {
    Charge ended = charge;
    if (ended == null || ended.isAlive()) {
      return;
    }
    charge = null;
    boolean wanted = wish.isPresent() && wish.get().wantsWorker();
    if (ended.isStopping() || !wanted) {
      output.line(session.name() + ": worker ended");
      return;
    }
    String how = session.name() + ": the worker " + LastWords.of(ended.exitCode(), errors(session));
    Duration pause = pace.ended(ended.age());
    if (needsSomebody(ended.exitCode())) {
      heldSince = wish.get().said();
      output.line(how + "; it waits for that");
    } else {
      output.line(how + "; started again in " + pause.toMillis() / 1000.0 + " s");
    }
  }

  /** Whether trying again would end the same way until somebody decides. */
  private boolean needsSomebody(OptionalInt code) throws IOException {
    if (code.isEmpty()) {
      return false;
    }
    return code.getAsInt() == ExitCode.PROMOTED.number()
        || (code.getAsInt() == ExitCode.REFUSED.number()
            && new DeleteConsent(libc, session).asked().isPresent());
  }
}
