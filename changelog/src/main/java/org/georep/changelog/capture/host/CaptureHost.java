package org.georep.changelog.capture.host;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.georep.changelog.capture.ChangeSource;
import org.georep.changelog.journal.BootId;
import org.georep.changelog.journal.JournalClaim;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalHeldException;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.JournalWriter;
import org.georep.changelog.record.ChangeRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a volume's source of changes into its journal; one per volume, in whichever process.
 *
 * <p><b>Guarantees.</b> The source is open before {@code Started} is written, so every change after
 * that record is in the journal until {@code Stopped}, a gap, or the end of the process. Records
 * are durable against power loss about a second after they were appended. Readers, in this process
 * and others, are woken after every read of the kernel's queue. If the source fails, a gap is
 * written, feeds are told at once, and the journal stays held until {@link #close}.
 *
 * <p><b>A crash</b> leaves every appended record and no {@code Stopped}; the next host's {@code
 * Started} is where readers see it.
 */
public final class CaptureHost implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CaptureHost.class);
  private static final int TRIM_EVERY = 10;
  private static final long STOP_SECONDS = 60;

  private final JournalWriter writer;
  private final ChangeSource source;
  private final JournalSink sink;
  private final WakeServer server;
  private final Thread thread;
  private final ScheduledExecutorService ticker;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private @Nullable ScheduledFuture<?> ticking;
  private volatile boolean stopping;
  private volatile @Nullable String failure;
  private double announced;
  private int ticks;
  private boolean closed;

  private CaptureHost(JournalWriter writer, ChangeSource source, Clock clock) throws IOException {
    this.writer = writer;
    this.source = source;
    this.announced = source.coverage();
    this.sink = new JournalSink(writer, clock, this::wake);
    this.thread = new Thread(this::capture, "georep-capture");
    writer.append(
        new ChangeRecord.Started(
            source.name(), BootId.current(), UUID.randomUUID(), source.coverage()));
    writer.sync();
    this.server =
        new WakeServer(
            new SocketPlace(writer.directory().path()),
            source.name(),
            source::coverage,
            writer::lastPublished,
            this::requestMark,
            this::life);
    this.thread.setDaemon(true);
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread tick = new Thread(work, "georep-capture-sync");
              tick.setDaemon(true);
              return tick;
            });
  }

  /**
   * Takes the volume's journal, opens the source and starts to capture. The source comes as early
   * as can be, since what changes before it is a gap: reading what the last run left, and the
   * journal's own code, come after it.
   *
   * @throws JournalHeldException if capture for this volume runs already
   */
  public static CaptureHost start(
      JournalDirectory directory, JournalSettings settings, SourceOpener opener, Clock clock)
      throws IOException {
    try (JournalClaim claim = JournalClaim.take(directory)) {
      ChangeSource source = opener.open();
      JournalWriter writer = null;
      boolean started = false;
      try {
        writer = claim.open(settings, clock);
        CaptureHost host = new CaptureHost(writer, source, clock);
        host.thread.start();
        host.ticking = host.ticker.scheduleWithFixedDelay(host::tick, 1, 1, TimeUnit.SECONDS);
        started = true;
        return host;
      } finally {
        if (!started) {
          close(source, writer);
        }
      }
    }
  }

  private static void close(ChangeSource source, @Nullable JournalWriter writer)
      throws IOException {
    try (writer) {
      source.close();
    }
  }

  private void capture() {
    try {
      source.run(sink);
    } catch (IOException | RuntimeException e) {
      LOG.warn("Capture for {} failed", writer.directory(), e);
      failure = "capture failed: " + e.getMessage();
      sink.lose("capture failed: " + e.getMessage());
      sink.retry();
    } finally {
      ended.countDown();
      if (!stopping) {
        closeServer(); // so that feeds of other processes know at once
      }
      wake();
    }
  }

  private void tick() {
    try {
      writer.sync();
      if (++ticks % TRIM_EVERY == 0) {
        writer.trim();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("The journal {} cannot be kept", writer.directory(), e);
      sink.lose("the journal could not be made durable: " + e.getMessage());
    }
    sink.retry();
    double now = source.coverage();
    if (now != announced) {
      announced = now;
      wake();
    }
  }

  /**
   * The processor's time of the source: whatever it does uses some, if it only asks the kernel for
   * events once a second, or walks a large tree for minutes without a record.
   */
  private long life() {
    long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId());
    return used < 0 ? System.nanoTime() : used; // not to be told: that is no sign of death
  }

  private void wake() {
    server.wake();
    for (Runnable listener : listeners) {
      listener.run();
    }
  }

  /** Has this called, by any thread, whenever there may be something new. It must not wait. */
  void addListener(Runnable listener) {
    listeners.add(listener);
  }

  /** Asks for a mark that covers this moment within about three seconds. */
  void requestMark() {
    sink.requestMark();
    source.nudge();
  }

  /** Returns the source's name. */
  public String sourceName() {
    return source.name();
  }

  /** Returns which share of the volume is watched, 0 to 1. */
  public double coverage() {
    return source.coverage();
  }

  /** Returns whether changes are being captured. */
  public boolean alive() {
    return ended.getCount() > 0;
  }

  /** Returns why changes are not captured or not recorded, if so. */
  public Optional<String> trouble() {
    @Nullable String failed = failure;
    return Optional.ofNullable(failed != null ? failed : sink.lost());
  }

  /** Waits until the source has ended, by failure or because the host was closed. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /**
   * Stops capturing: the source drains once more, {@code Stopped} is written, and the journal is
   * durable and free for another host when this returns. Idempotent.
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = Thread.interrupted(); // it would close files that are still written
    stopping = true;
    source.stop();
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("The source of {} does not stop; its records end here", writer.directory());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (ticking != null) {
      ticking.cancel(false);
    }
    ticker.shutdown();
    try (writer; // closed last
        source) {
      if (ended.getCount() == 0) {
        sink.append(new ChangeRecord.Stopped());
      }
      // While the lock is held, lest the next host's socket be taken away.
      closeServer();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void closeServer() {
    try {
      server.close();
    } catch (IOException e) {
      LOG.debug("Closing capture's socket failed: {}", e.getMessage());
    }
  }
}
