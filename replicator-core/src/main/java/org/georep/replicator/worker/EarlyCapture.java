package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.georep.changelog.capture.CaptureChoice;
import org.georep.changelog.capture.CaptureUnavailableException;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.capture.fanotify.MarkAhead;
import org.georep.changelog.capture.host.CaptureFeed;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.StartAt;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.Settings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volume being met and its capture attached to, in a thread of its own, while the session's
 * files are read: changes are queued by the kernel from as early as can be. What goes wrong there
 * is whose takes it; what nobody takes is closed.
 *
 * <p>Begun, taken and closed by one thread.
 */
final class EarlyCapture implements AutoCloseable {
  /**
   * A volume that is the one it should be.
   *
   * @param feed of its changes; nothing if they are not captured
   */
  record Met(VolumeId volume, Optional<CaptureFeed> feed) {
    Met {
      Objects.requireNonNull(volume, "volume is null");
      Objects.requireNonNull(feed, "feed is null");
    }
  }

  private static final Logger log = LoggerFactory.getLogger(EarlyCapture.class);
  private static final String NAME = "early-capture";

  private final FutureTask<Met> task;
  private final Thread thread;
  private boolean taken;

  private EarlyCapture(Callable<Met> meeting) {
    this.task = new FutureTask<>(meeting);
    this.thread = new Thread(task, NAME);
    thread.setDaemon(true);
  }

  /** Begins it. */
  static EarlyCapture begin(Callable<Met> meeting) {
    EarlyCapture early = new EarlyCapture(meeting);
    early.thread.start();
    return early;
  }

  /** Returns whether a thread does this. */
  static boolean isOne(Thread thread) {
    return thread.getName().equals(NAME);
  }

  /** Waits for it; the feed is the caller's to close. Once. */
  Met take() throws GeorepException, IOException, InterruptedException {
    try {
      Met met = task.get();
      taken = true;
      return met;
    } catch (ExecutionException e) {
      taken = true;
      throw asThrown(e.getCause());
    }
  }

  /** Attaches to what captures the volume's changes, or captures them here; if it can be done. */
  static Optional<CaptureFeed> attach(
      SessionConfiguration configuration, JournalDirectory journal, Libc libc, Clock clock)
      throws IOException, InterruptedException {
    byte[] root = RawPath.toBytes(configuration.primary());
    Settings settings = configuration.settings();
    CaptureWish wish = settings.capture();
    if (wish == CaptureWish.NONE) {
      MarkAhead.ofProcess().drop(libc);
      return Optional.empty();
    }
    try {
      return Optional.of(
          CaptureFeed.attach(
              journal,
              JournalSettings.capped(settings.journalLimit().bytes()),
              configuration.name().text(),
              new StartAt.Acknowledged(),
              () -> {
                CaptureChoice choice = CaptureChoice.open(libc, root, wish);
                return choice
                    .source()
                    .orElseThrow(() -> new CaptureUnavailableException(choice.reason()));
              },
              clock,
              settings.timeout()));
    } catch (CaptureUnavailableException e) {
      if (wish != CaptureWish.AUTO) {
        throw e;
      }
      log.warn(
          "Changes are found by crawls only, one every {}: {}",
          settings.rescanInterval(),
          e.getMessage());
      return Optional.empty();
    } finally {
      MarkAhead.ofProcess().drop(libc);
    }
  }

  private static IOException asThrown(@Nullable Throwable cause)
      throws GeorepException, IOException, InterruptedException {
    if (cause instanceof GeorepException refused) {
      throw refused;
    } else if (cause instanceof IOException failed) {
      throw failed;
    } else if (cause instanceof InterruptedException interrupted) {
      throw interrupted;
    } else if (cause instanceof RuntimeException broken) {
      throw broken;
    } else if (cause instanceof Error fatal) {
      throw fatal;
    }
    return new IOException(cause);
  }

  @Override
  public void close() throws IOException {
    if (taken) {
      return;
    }
    thread.interrupt();
    boolean interrupted = Thread.interrupted();
    try {
      Optional<CaptureFeed> feed = task.get().feed();
      if (feed.isPresent()) {
        feed.get().close();
      }
    } catch (ExecutionException e) {
      return; // there is none
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
