package org.georep.replicator.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.georep.changelog.capture.CaptureChoice;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.capture.host.CaptureFeed;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.StartAt;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.protocol.MinFree;
import org.georep.protocol.Origin;
import org.georep.protocol.Reply;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.session.FilterLine;
import org.georep.replicator.session.RateSchedule;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.SyncMode;
import org.georep.replicator.stime.StimeListener;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.replicator.verify.VerifyDesk;
import org.georep.replicator.volume.DeleteBrake;
import org.georep.replicator.volume.PrimaryTree;
import org.georep.replicator.volume.PrimaryTrees;

/** A session between two directories, run in this process against a real agent process. */
final class TestSession implements AutoCloseable {
  private static final Libc LIBC = NativeLibc.instance();

  private final Path primary;
  private final Path state;
  private SecondaryAddress address;
  private LinkOptions linkOptions;
  private final EngineChoice engine;
  private UUID id = UUID.randomUUID();
  private VolumeId volume = VolumeId.fresh();
  private final List<Reply.Change> preview = new ArrayList<>();
  private Meter meter = new Meter();
  private CaptureWish wish = CaptureWish.NONE;
  private JournalSettings journal = JournalSettings.DEFAULT;
  private List<FilterLine> filter = List.of();
  private SyncMode sync = SyncMode.NORMAL;
  private MinFree minFree = MinFree.NONE;
  private Libc treeLibc = LIBC;
  private RateSchedule bandwidth = Settings.DEFAULTS.bwlimit();

  TestSession(
      Path primary,
      Path state,
      SecondaryAddress address,
      LinkOptions linkOptions,
      EngineChoice engine) {
    this.primary = primary;
    this.state = state;
    this.address = address;
    this.linkOptions = linkOptions;
    this.engine = engine;
  }

  static TestSession local(Path primary, Path state, Path secondary, EngineChoice engine) {
    return new TestSession(
        primary, state, SecondaryAddress.parse(secondary.toString()), LinkOptions.DEFAULT, engine);
  }

  TestSession capture(CaptureWish which) {
    wish = which;
    return this;
  }

  /** The size of the journal, where no other process captures. */
  TestSession journal(JournalSettings settings) {
    journal = settings;
    return this;
  }

  /** The same in several processes. */
  TestSession named(UUID session) {
    id = session;
    volume = new VolumeId(session);
    return this;
  }

  /** From now on by another way. */
  TestSession by(SecondaryAddress way, LinkOptions options) {
    address = way;
    linkOptions = options;
    return this;
  }

  TestSession filter(List<FilterLine> which) {
    filter = which;
    return this;
  }

  /** The primary is looked at and read through this one. */
  TestSession primaryBy(Libc libc) {
    treeLibc = libc;
    return this;
  }

  TestSession minFree(MinFree least) {
    minFree = least;
    return this;
  }

  TestSession bandwidth(String limit) {
    bandwidth = RateSchedule.parse(limit);
    return this;
  }

  TestSession ignoreDeletes(boolean ignore) {
    return sync(ignore ? SyncMode.IGNORE_DELETES : SyncMode.NORMAL);
  }

  TestSession sync(SyncMode mode) {
    sync = mode;
    return this;
  }

  boolean ignoresDeletes() {
    return sync == SyncMode.IGNORE_DELETES;
  }

  Meter meter() {
    return meter;
  }

  List<Reply.Change> preview() {
    return preview;
  }

  /** Runs until in step. */
  void once() throws Exception {
    run(new RunMode(true, false, OptionalInt.empty(), false, false, false, false));
  }

  void run(RunMode mode) throws Exception {
    try (Running running = start(mode)) {
      running.worker().run();
    }
  }

  /** A run with what it holds open. */
  record Running(
      Worker worker, PrimaryTree tree, Capture capture, Quarantine quarantine, VerifyDesk desk)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      desk.close();
      capture.close();
      quarantine.close();
      tree.close();
    }
  }

  Running start(RunMode mode) throws Exception {
    meter = new Meter();
    Signal signal = new Signal();
    VerifyDesk desk = new VerifyDesk(meter::heartbeat, signal::raise);
    Clock clock = Clock.systemUTC();
    byte[] root = primary.toString().getBytes(StandardCharsets.UTF_8);
    Capture capture = new Capture(feed(root, clock), signal);
    PrimaryTree tree = PrimaryTrees.open(treeLibc, root, clock);
    Quarantine quarantine =
        Quarantine.open(LIBC, state.resolve("quarantine"), clock, Quarantine.DEFAULT_CAPACITY);
    Worker worker =
        new Worker(
            new WorkerParts(
                id,
                volume,
                primary.toString(),
                tree,
                new LiveSettings(
                    Settings.DEFAULTS.toBuilder()
                        .filter(filter)
                        .bwlimit(bandwidth)
                        .mode(sync)
                        .build(),
                    clock),
                address,
                linkOptions,
                engine,
                2,
                Duration.ZERO,
                0,
                sync,
                minFree,
                mode,
                0,
                new Origin("test", "", new byte[0]),
                Optional.empty(),
                new DeleteBrake(mode.acceptDeletes() || sync.crawlsDeleteNothing()),
                capture,
                new SyncStateFile(LIBC, state.resolve("stime")),
                StimeListener.NONE,
                quarantine,
                desk,
                Optional.empty(),
                preview::add,
                meter,
                signal,
                treeLibc,
                clock));
    return new Running(worker, tree, capture, quarantine, desk);
  }

  private Optional<CaptureFeed> feed(byte[] root, Clock clock) throws Exception {
    if (wish == CaptureWish.NONE) {
      return Optional.empty();
    }
    CaptureFeed feed =
        CaptureFeed.attach(
            JournalDirectory.at(state.resolve("journal")),
            journal,
            "test",
            new StartAt.End(),
            () -> CaptureChoice.open(LIBC, root, wish).source().orElseThrow(),
            clock,
            Duration.ofSeconds(10));
    return Optional.of(feed);
  }

  @Override
  public void close() {}
}
