package org.georep.replicator.worker;

import java.io.IOException;
import java.util.Objects;
import org.georep.changelog.capture.CaptureChoice;
import org.georep.changelog.capture.CaptureUnavailableException;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.capture.fanotify.MarkAhead;
import org.georep.changelog.capture.host.CaptureProcess;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalHeldException;
import org.georep.changelog.journal.JournalSettings;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.replicator.session.EndsCheck;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.Size;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.session.VolumeName;

/**
 * One run of {@code georep capture}: the capture of a volume as a process of its own, so that the
 * replicators of the volume can be stopped and started without a crawl.
 */
public final class CaptureRun {
  private final Libc libc;
  private final CaptureProcess process;

  private CaptureRun(Libc libc, CaptureProcess process) {
    this.libc = libc;
    this.process = process;
  }

  /**
   * Prepares it; nothing is captured yet.
   *
   * @param primary as given
   * @throws GeorepException if the primary is not fit
   */
  public static CaptureRun prepare(
      Libc libc,
      java.time.Clock clock,
      StateDirectory state,
      byte[] primary,
      CaptureWish wish,
      Size journalLimit)
      throws GeorepException, IOException {
    Objects.requireNonNull(wish, "wish is null");
    byte[] root = RawPath.toBytes(new EndsCheck(libc).primary(primary, state));
    return new CaptureRun(
        libc,
        new CaptureProcess(
            JournalDirectory.at(state.journal(VolumeName.of(root))),
            JournalSettings.capped(journalLimit.bytes()),
            () -> {
              CaptureChoice choice = CaptureChoice.open(libc, root, wish);
              return choice
                  .source()
                  .orElseThrow(() -> new CaptureUnavailableException(choice.reason()));
            },
            clock));
  }

  /**
   * Captures until stopped.
   *
   * @param started called once changes are being captured
   * @throws GeorepException if capture runs already, or does not work here
   */
  public void run(Runnable started) throws GeorepException, IOException, InterruptedException {
    try {
      process.run(
          () -> {
            MarkAhead.ofProcess().drop(libc);
            started.run();
          });
    } catch (JournalHeldException e) {
      throw new GeorepException(ExitCode.HELD, String.valueOf(e.getMessage()), e);
    } catch (CaptureUnavailableException e) {
      throw new GeorepException(ExitCode.ERROR, String.valueOf(e.getMessage()), e);
    }
  }

  /** Lets {@link #run} return, and waits for that. */
  public void stop() {
    try {
      process.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
