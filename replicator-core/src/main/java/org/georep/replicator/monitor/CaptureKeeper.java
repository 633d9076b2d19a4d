package org.georep.replicator.monitor;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.posix.Libc;
import org.georep.replicator.session.OutputFile;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.worker.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a volume's capture running while one of its sessions wants it. One that outlived its
 * monitor is known by its mark, and adopted. One that hangs is ended and begun anew, see {@link
 * CaptureWatch}. For one thread.
 */
final class CaptureKeeper {
  /** After so many failures in a row workers go on without it. */
  private static final int HOPELESS = 3;

  private final Libc libc;
  private final MonitorDirectory directory;
  private final String volume;
  private final Launch launch;
  private final Signal signal;
  private final MonitorOutput output;
  private final CaptureWatch watch;
  private final Pace pace = new Pace();
  private @Nullable Charge charge;
  private String lastEnd = "";
  private boolean said;
  private boolean killed;

  CaptureKeeper(
      Libc libc,
      MonitorDirectory directory,
      String volume,
      JournalDirectory journal,
      Launch launch,
      Signal signal,
      MonitorOutput output) {
    this.libc = libc;
    this.directory = directory;
    this.volume = volume;
    this.watch = new CaptureWatch(journal);
    this.launch = launch;
    this.signal = signal;
    this.output = output;
  }

  /**
   * Starts, restarts or ends it, as needed.
   *
   * @param wanted a session that wants it, if one does
   */
  void look(Optional<SessionConfiguration> wanted) throws IOException {
    reap();
    new OutputFile(directory.captureErrors(volume)).bound();
    if (charge == null) {
      mark().process().ifPresent(this::adopt);
    }
    Charge running = charge;
    if (wanted.isEmpty()) {
      pace.reset();
      if (running != null) {
        running.stop();
      }
    } else if (running == null && pace.isDue()) {
      start(wanted.get());
    } else if (running != null && !said && isCapturing(running)) {
      said = true; // and is not asked again
      output.line("capture of " + volume + " runs, process " + running.pid());
    } else if (running != null && said && !killed) {
      endIfSilent(running, wanted.get().settings().timeout());
    }
  }

  /** What it does not answer, it does not record. */
  private void endIfSilent(Charge running, Duration timeout) throws IOException {
    Duration silence = watch.silence(timeout, running.age());
    // Somebody else's process may hold the journal instead.
    if (silence.isZero() || !isCapturing(running)) {
      return;
    }
    killed = true;
    output.line(
        "capture of "
            + volume
            + ", process "
            + running.pid()
            + ", lives and has answered nothing for "
            + silence.toSeconds()
            + " s: killed, to be started anew; a walk finds what it missed");
    watch.ended();
    running.kill();
  }

  private ProcessMark mark() {
    return new ProcessMark(libc, directory.captureMark(volume));
  }

  private void adopt(ProcessHandle process) {
    charge = Charge.adopted(process, signal);
    said = false;
    killed = false;
  }

  private void start(SessionConfiguration session) throws IOException {
    Process process =
        launch.capture(session, directory.captureMark(volume), directory.captureErrors(volume));
    charge = Charge.child(process, signal);
    said = false;
    killed = false;
  }

  private void reap() {
    Charge ended = charge;
    if (ended == null || ended.isAlive()) {
      return;
    }
    charge = null;
    watch.close();
    if (ended.isStopping()) {
      output.line("capture of " + volume + " has ended");
      return;
    }
    Duration pause = pace.ended(ended.age());
    String how = LastWords.of(ended.exitCode(), directory.captureErrors(volume));
    // One that never works is not said again and again.
    if (pace.failures() <= HOPELESS || !how.equals(lastEnd)) {
      output.line(
          "capture of " + volume + " " + how + "; started again in " + seconds(pause) + " s");
    }
    lastEnd = how;
  }

  private static double seconds(Duration pause) {
    return pause.toMillis() / 1000.0;
  }

  private boolean isCapturing(Charge running) throws IOException {
    return mark().process().filter(process -> process.pid() == running.pid()).isPresent();
  }

  /** Whether workers may start: changes are captured, or will not be. */
  boolean isReady() throws IOException {
    Charge running = charge;
    return pace.failures() >= HOPELESS || (running != null && (said || isCapturing(running)));
  }

  boolean isRunning() {
    return charge != null;
  }
}
