package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.georep.changelog.capture.CaptureUnavailableException;
import org.georep.changelog.capture.host.CaptureFeed;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalHeldException;
import org.georep.connection.LinkOptions;
import org.georep.name.EntryPath;
import org.georep.name.Shown;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.NewerFormatException;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.replicator.apply.Agent;
import org.georep.replicator.crawl.HybridCrawl;
import org.georep.replicator.failover.EpochFile;
import org.georep.replicator.failover.Origins;
import org.georep.replicator.lease.Membership;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineFullException;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.stime.StimeListener;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.replicator.verify.Verifier;
import org.georep.replicator.verify.VerifyDesk;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyListener;
import org.georep.replicator.verify.VerifyOptions;
import org.georep.replicator.verify.VerifySchedule;
import org.georep.replicator.verify.VerifyStateFile;
import org.georep.replicator.volume.DeleteBrake;
import org.georep.replicator.volume.DeleteConsent;
import org.georep.replicator.volume.EntryEstimate;
import org.georep.replicator.volume.KnownVolume;
import org.georep.replicator.volume.MassDeleteException;
import org.georep.replicator.volume.PrimaryTree;
import org.georep.replicator.volume.PrimaryTrees;
import org.georep.replicator.volume.VolumeChangedException;
import org.georep.replicator.volume.VolumeMarker;
import org.georep.status.file.StatusCounters;
import org.georep.status.file.StatusFile;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of {@code georep replicate}: takes the session's lock, records its configuration, meets
 * its volume, attaches to capture, and lets a {@link Worker} work while status is written and the
 * control socket listens.
 *
 * <p>Nothing is changed before the lock is held. A crash at any point leaves files that are whole;
 * the next run takes the lock, which died with the process, and goes on from the last barrier. A
 * dry run changes nothing, on either side: what it needs to keep lies in a temporary directory.
 *
 * <p>{@link #call} once, by one thread; {@link #stop} any time, by any.
 *
 * <p>More than 500 lines: it is where all parts of a run meet, in the order they begin.
 */
public final class ReplicateRun implements Callable<ExitCode> {
  private static final Logger log = LoggerFactory.getLogger(ReplicateRun.class);

  /** Without a pipeline: so long a difference has to last. */
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(3);

  private final SessionConfiguration configuration;
  private final RunMode mode;
  private final StateDirectory state;
  private final RunOutput output;
  private final Libc libc;
  private final Clock clock;
  private final Meter meter = new Meter();
  private final Signal signal = new Signal();
  private final VerifyDesk desk;
  private final EarlyLink secondary;
  private final LiveSettings live;
  private final Object starting = new Object();
  private @Nullable Worker worker;
  private boolean stopping;
  private boolean mending;
  private Optional<Consumer<String>> monitored = Optional.empty();
  private boolean reporting;
  private Optional<Compared> comparing = Optional.empty();
  private long expected;

  /**
   * Makes a run.
   *
   * @param output what people and programs are told
   */
  public ReplicateRun(
      SessionConfiguration configuration,
      RunMode mode,
      StateDirectory state,
      RunOutput output,
      Libc libc,
      Clock clock) {
    this.configuration = Objects.requireNonNull(configuration, "configuration is null");
    this.mode = Objects.requireNonNull(mode, "mode is null");
    this.state = Objects.requireNonNull(state, "state is null");
    this.output = Objects.requireNonNull(output, "output is null");
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.desk = new VerifyDesk(this::inStep, signal::raise);
    this.live = new LiveSettings(configuration.settings(), clock.withZone(ZoneId.systemDefault()));
    this.secondary =
        LinkAhead.ofProcess().take(configuration.secondary(), linkOptions(), silence());
  }

  /**
   * Runs as a monitor's charge: the configuration is as it stands on disk and not written again,
   * and when capture goes away it is waited for, since the monitor starts it again.
   *
   * @param hopeless ends this process at once, with a sentence as its last words: for a worker that
   *     hangs where nothing else ends it. Called by another thread
   */
  public ReplicateRun monitored(Consumer<String> hopeless) {
    monitored = Optional.of(hopeless);
    return this;
  }

  /** Without a pipeline nothing is on its way; what was done a moment ago is left to settle. */
  private Optional<Instant> inStep() {
    return comparing.isPresent() && !mending
        ? Optional.of(clock.instant().minus(SETTLED_AFTER))
        : meter.heartbeat();
  }

  /** Lets {@link #call} end soon and cleanly. */
  public void stop() {
    synchronized (starting) {
      stopping = true;
      if (worker != null) {
        worker.stop();
      }
    }
    desk.close();
  }

  /**
   * Runs until stopped, or until what was asked for is done.
   *
   * @throws GeorepException with the exit code and a sentence, when it cannot go on
   */
  @Override
  public ExitCode call() throws GeorepException, IOException, InterruptedException {
    output.session(configuration.name());
    try (EarlyLink open = secondary) {
      log.debug("the secondary is {}", open);
      return mode.dryRun() ? preview() : run();
    } catch (VolumeChangedException | MassDeleteException e) {
      throw new GeorepException(ExitCode.REFUSED, sentence(e), e);
    } catch (JournalHeldException e) {
      throw new GeorepException(ExitCode.HELD, sentence(e), e);
    } catch (CaptureUnavailableException | QuarantineFullException | NewerFormatException e) {
      throw new GeorepException(ExitCode.ERROR, sentence(e), e);
    } catch (PosixException e) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The primary, or what is kept of the session on its host, cannot be used: "
              + e.getMessage()
              + ". Look at the disk there, and at who may read it; then start again.",
          e);
    }
  }

  /**
   * Instead of {@link #call}: compares both sides. Nothing is replicated, unless differences are to
   * be mended: then the session works until that is done.
   *
   * @throws GeorepException with the exit code and a sentence, when it cannot be done
   */
  public VerifyFigures verify(VerifyOptions options, VerifyListener listener)
      throws GeorepException, IOException, InterruptedException {
    return compared(
        new Compared(verifier -> verifier.verify(options, listener).figures()), options.repair());
  }

  /**
   * Instead of {@link #call}: works until one path is in step.
   *
   * @throws GeorepException with the exit code and a sentence, when it cannot be done
   */
  public VerifyFigures sync(EntryPath path, VerifyListener listener)
      throws GeorepException, IOException, InterruptedException {
    return compared(new Compared(verifier -> verifier.sync(path, listener)), true);
  }

  private VerifyFigures compared(Compared compared, boolean mends)
      throws GeorepException, IOException, InterruptedException {
    mending = mends;
    comparing = Optional.of(compared);
    if (mends) {
      call();
    } else {
      errand(
          (verifier, agent) -> {
            desk.attach(agent, false);
            compared.runAlone(verifier);
          });
    }
    return compared.result();
  }

  /** Instead of {@link #call}: asks the agent something, the session's lock held. */
  public void errand(Errand errand) throws GeorepException, IOException, InterruptedException {
    errand((verifier, agent) -> errand.run(agent));
  }

  @FunctionalInterface
  private interface Asking {
    void run(Verifier verifier, Agent agent)
        throws GeorepException, IOException, InterruptedException;
  }

  private void errand(Asking asking) throws GeorepException, IOException, InterruptedException {
    SessionDirectory session = state.session(configuration.name());
    try (SessionLock lock = SessionLock.take(libc, session);
        Quarantine quarantine = quarantine(session);
        PrimaryTree tree = tree();
        Capture none = new Capture(Optional.empty(), signal)) {
      log.debug("{} is held", lock);
      StateFormats.check(libc, session, configuration.volume(), clock);
      VolumeId volume = volume(session);
      estimate(0);
      Verifier verifier = verifier(session, tree);
      Errand errand = agent -> asking.run(verifier, agent);
      work(parts(session, volume, tree, none, quarantine, Optional.of(errand), StimeListener.NONE));
    } catch (VolumeChangedException e) {
      throw new GeorepException(ExitCode.REFUSED, sentence(e), e);
    }
  }

  private VolumeId volume(SessionDirectory session) throws GeorepException, IOException {
    return new KnownVolume(
            libc,
            session.volumeId(configuration.volume()),
            session.volumeWitness(configuration.volume()))
        .meet(new VolumeMarker(libc, RawPath.toBytes(configuration.primary())));
  }

  private void estimate(long lastCrawl) throws IOException {
    expected =
        EntryEstimate.of(libc, RawPath.toBytes(configuration.primary()), lastCrawl).orElse(0L);
  }

  private Verifier verifier(SessionDirectory session, PrimaryTree tree) throws IOException {
    return new Verifier(
        libc,
        tree,
        () -> live.filtering().filter(),
        desk,
        new VerifyStateFile(libc, session.verify(configuration.volume())),
        expected,
        clock);
  }

  private static String sentence(IOException e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.endsWith(".") ? message : message + ".";
  }

  private ExitCode preview() throws GeorepException, IOException, InterruptedException {
    try (TemporaryState temporary = TemporaryState.make()) {
      SessionDirectory session = temporary.state().session(configuration.name());
      session.make();
      try (Quarantine quarantine = quarantine(session);
          PrimaryTree tree = tree();
          Capture none = new Capture(Optional.empty(), signal)) {
        work(
            parts(
                session,
                VolumeId.fresh(),
                tree,
                none,
                quarantine,
                Optional.empty(),
                StimeListener.NONE));
        return ExitCode.DONE;
      }
    }
  }

  private ExitCode run() throws GeorepException, IOException, InterruptedException {
    SessionDirectory session = state.session(configuration.name());
    session.make();
    try (SessionLock lock = SessionLock.take(libc, session)) {
      log.debug("{} is held", lock);
      StateFormats.check(libc, session, configuration.volume(), clock);
      return held(session);
    }
  }

  private ExitCode held(SessionDirectory session)
      throws GeorepException, IOException, InterruptedException {
    try (EarlyCapture ahead = EarlyCapture.begin(() -> meet(session));
        Quarantine quarantine = quarantine(session)) {
      output.holding(session, configuration.settings().logFormat());
      try (Observation observation =
          Observation.begin(libc, session, configuration, quarantine, meter, clock)) {
        if (monitored.isEmpty()) {
          new SessionFile(libc, session.yaml()).write(configuration);
        }
        return observation.during(() -> replicate(session, ahead, quarantine, observation));
      }
    } catch (GeorepException | IOException e) {
      if (!reporting) {
        UnbegunStatus.write(session, configuration, String.valueOf(e.getMessage()), clock);
      }
      throw e;
    }
  }

  private EarlyCapture.Met meet(SessionDirectory session)
      throws GeorepException, IOException, InterruptedException {
    secondary.begin();
    VolumeId volume = volume(session);
    return new EarlyCapture.Met(volume, EarlyCapture.attach(configuration, journal(), libc, clock));
  }

  private JournalDirectory journal() {
    return JournalDirectory.at(state.journal(configuration.volume()));
  }

  private ExitCode replicate(
      SessionDirectory session, EarlyCapture ahead, Quarantine quarantine, Observation observation)
      throws GeorepException, IOException, InterruptedException {
    StatusFile file = new StatusFile(session.status(configuration.volume()));
    try (StartWatch starting =
            StartWatch.begin(
                standstill(false, observation),
                sentence -> UnbegunStatus.write(session, configuration, sentence, clock));
        PrimaryTree tree = tree()) {
      EarlyCapture.Met met = ahead.take();
      Optional<CaptureFeed> feed = met.feed();
      try (Capture capture =
              monitored.isPresent() ? Capture.kept(feed, signal) : new Capture(feed, signal);
          Standstill standstill = standstill(feed.isPresent(), observation)) {
        StatusCounters before = file.counters();
        estimate(before.crawlEntries());
        Verifier verifier = verifier(session, tree);
        StatusReporter reporter =
            new StatusReporter(
                configuration,
                meter,
                quarantine,
                feed,
                journal(),
                before,
                verifier,
                () -> awaited(observation.checkpoint()),
                standstill,
                libc,
                clock);
        WorkerParts parts =
            parts(
                session,
                met.volume(),
                tree,
                capture,
                quarantine,
                Optional.empty(),
                observation.stimes());
        starting.stop(); // from here on the status tells
        return watched(session, file, reporter, parts, quarantine, verifier, observation);
      }
    }
  }

  private Standstill standstill(boolean captured, Observation observation) {
    return new Standstill(
        captured,
        journal(),
        monitored,
        new HungCall(
            Thread.currentThread(),
            thread -> HybridCrawl.isWalking(thread) || EarlyCapture.isOne(thread)),
        configuration.settings().timeout(),
        clock,
        observation::stalled);
  }

  /** An idle volume reaches a checkpoint soon only if that is asked for. */
  private Optional<CheckpointReport> awaited(Optional<CheckpointReport> newest) {
    newest
        .filter(each -> each.standing() == CheckpointStanding.NOT_REACHED)
        .ifPresent(each -> desk.await(each.time()));
    return newest;
  }

  private ExitCode watched(
      SessionDirectory session,
      StatusFile file,
      StatusReporter reporter,
      WorkerParts parts,
      Quarantine quarantine,
      Verifier verifier,
      Observation observation)
      throws GeorepException, IOException, InterruptedException {
    reporting = true;
    try (StatusWriter writer =
            StatusWriter.start(file, observation.watching(reporter::now), reporter::glance);
        ControlSocket control =
            ControlSocket.listen(
                libc,
                session.control(),
                new SyncOperation(verifier, quarantine)
                    .with(
                        new VerifyOperation(verifier, desk)
                            .with(
                                new ReloadOperation(libc, session, live)
                                    .with(
                                        ControlOperations.of(
                                            reporter::now,
                                            this::stop,
                                            quarantine,
                                            signal::raise)))),
                observation::toOldMonitors);
        ProgressTeller progress =
            mode.ends() ? ProgressTeller.start(meter, expected, output) : ProgressTeller.none();
        VerifySchedule shares =
            VerifySchedule.start(configuration.settings().verifyInterval(), verifier)) {
      log.debug("listening: {}, {}, {}", control, progress, shares);
      Optional<Beside> beside =
          comparing.map(task -> Beside.start(() -> task.run(verifier), this::stop));
      try {
        Pipeline.End end = work(parts);
        desk.close();
        if (beside.isPresent()) {
          beside.get().finish();
        }
        WorkerReport last = reporter.ended(WorkerState.STOPPED, null);
        writer.end(last);
        observation.ended(last, null);
        return code(end, quarantine);
      } catch (GeorepException | IOException | RuntimeException e) {
        WorkerReport last = reporter.ended(WorkerState.FAULTY, e.getMessage());
        writer.end(last);
        observation.ended(last, e);
        throw e;
      } finally {
        desk.close();
      }
    }
  }

  private ExitCode code(Pipeline.End end, Quarantine quarantine) {
    return switch (end) {
      case STOPPED -> mode.ends() ? ExitCode.INTERRUPTED : ExitCode.DONE;
      case IN_STEP -> quarantine.size() > 0 ? ExitCode.QUARANTINED : ExitCode.DONE;
    };
  }

  private Pipeline.End work(WorkerParts parts)
      throws GeorepException, IOException, InterruptedException {
    Worker fresh = new Worker(parts, secondary);
    synchronized (starting) {
      worker = fresh;
      if (stopping) {
        fresh.stop();
      }
    }
    return fresh.run();
  }

  private PrimaryTree tree() throws IOException {
    return PrimaryTrees.open(libc, RawPath.toBytes(configuration.primary()), clock);
  }

  private Quarantine quarantine(SessionDirectory session) throws IOException {
    Quarantine quarantine =
        Quarantine.open(libc, session.quarantine(), clock, Quarantine.DEFAULT_CAPACITY);
    // Who starts it again has often mended something.
    quarantine.retryAll();
    return quarantine;
  }

  private LinkOptions linkOptions() {
    Settings settings = configuration.settings();
    return new LinkOptions(
        settings.sshOptions(), settings.sshKey(), settings.agentCommand(), settings.timeout());
  }

  /** Who is cut off has to know it when another may take the lease. */
  private Duration silence() {
    Settings settings = configuration.settings();
    return settings.lease().isZero() || settings.lease().compareTo(settings.timeout()) > 0
        ? settings.timeout()
        : settings.lease();
  }

  private WorkerParts parts(
      SessionDirectory session,
      VolumeId volume,
      PrimaryTree tree,
      Capture capture,
      Quarantine quarantine,
      Optional<Errand> errand,
      StimeListener stimes)
      throws IOException {
    Settings settings = configuration.settings();
    return new WorkerParts(
        configuration.id(),
        volume,
        Shown.of(RawPath.toBytes(configuration.primary())),
        tree,
        live,
        configuration.secondary(),
        linkOptions(),
        settings.engine(),
        settings.syncJobs(),
        settings.rescanInterval(),
        expected,
        settings.mode(),
        settings.minFree(),
        mode,
        new EpochFile(libc, session.epoch()).read(),
        Origins.of(configuration),
        mode.ends() || errand.isPresent() ? Optional.empty() : Membership.of(libc, configuration),
        new DeleteBrake(
            mode.acceptDeletes() || settings.mode().crawlsDeleteNothing(),
            Optional.of(new DeleteConsent(libc, session))),
        capture,
        new SyncStateFile(libc, session.stime(configuration.volume())),
        stimes,
        quarantine,
        desk,
        errand,
        output::change,
        meter,
        signal,
        libc,
        clock);
  }
}
