package org.georep.changelog.capture.host;

import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalHeldException;
import org.georep.changelog.journal.JournalSettings;

/**
 * Capture as a process of its own, which outlives the replicators of its volume: what {@code georep
 * capture} runs. {@link #stop} is for a shutdown hook or signal handler.
 */
public final class CaptureProcess {
  private final JournalDirectory directory;
  private final JournalSettings settings;
  private final SourceOpener opener;
  private final Clock clock;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Describes it; {@link #run} runs it. */
  public CaptureProcess(
      JournalDirectory directory, JournalSettings settings, SourceOpener opener, Clock clock) {
    this.directory = Objects.requireNonNull(directory, "directory is null");
    this.settings = Objects.requireNonNull(settings, "settings is null");
    this.opener = Objects.requireNonNull(opener, "opener is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
  }

  /**
   * Captures until {@link #stop}, or until capture fails.
   *
   * @param started called once changes are being captured
   * @throws JournalHeldException if capture for the volume runs already: another process, or a
   *     session that hosts it
   * @throws IOException if capture cannot start, or failed
   */
  public void run(Runnable started) throws IOException, InterruptedException {
    try (CaptureHost host = CaptureHost.start(directory, settings, opener, clock)) {
      host.addListener(
          () -> {
            if (!host.alive()) {
              stopping.countDown();
            }
          });
      started.run();
      if (!host.alive()) {
        stopping.countDown();
      }
      stopping.await();
      if (!host.alive()) {
        throw new IOException(host.trouble().orElse("the source of changes ended by itself"));
      }
    } finally {
      stopped.countDown();
    }
  }

  /** Lets {@link #run} return after a clean end, and waits for it. */
  public void stop() throws InterruptedException {
    stopping.countDown();
    stopped.await();
  }
}
