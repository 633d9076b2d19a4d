package org.georep.replicator.session;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.protocol.MinFree;

/** Makes {@link Settings} piece by piece; checked when built. For one thread. */
public final class SettingsBuilder {
  private EngineChoice engine;
  private int syncJobs;
  private RateSchedule bwlimit;
  private CaptureWish capture;
  private Duration rescanInterval;
  private Duration verifyInterval;
  private long crawlLimit;
  private List<FilterLine> filter;
  private MinFree minFree;
  private SyncMode mode;
  private List<String> sshOptions;
  private Optional<Path> sshKey;
  private Optional<String> agentCommand;
  private Duration timeout;
  private Duration lease;
  private Size journalLimit;
  private List<String> hook;
  private Optional<URI> heartbeatUrl;
  private Duration lagThreshold;
  private LogFormat logFormat;

  SettingsBuilder(Settings from) {
    engine = from.engine();
    syncJobs = from.syncJobs();
    bwlimit = from.bwlimit();
    capture = from.capture();
    rescanInterval = from.rescanInterval();
    verifyInterval = from.verifyInterval();
    crawlLimit = from.crawlLimit();
    filter = from.filter();
    minFree = from.minFree();
    mode = from.mode();
    sshOptions = from.sshOptions();
    sshKey = from.sshKey();
    agentCommand = from.agentCommand();
    timeout = from.timeout();
    lease = from.lease();
    journalLimit = from.journalLimit();
    hook = from.hook();
    heartbeatUrl = from.heartbeatUrl();
    lagThreshold = from.lagThreshold();
    logFormat = from.logFormat();
  }

  /** Sets {@link Settings#engine}. */
  public SettingsBuilder engine(EngineChoice value) {
    engine = value;
    return this;
  }

  /** Sets {@link Settings#syncJobs}. */
  public SettingsBuilder syncJobs(int value) {
    syncJobs = value;
    return this;
  }

  /** Sets {@link Settings#bwlimit}. */
  public SettingsBuilder bwlimit(RateSchedule value) {
    bwlimit = value;
    return this;
  }

  /** Sets {@link Settings#capture}. */
  public SettingsBuilder capture(CaptureWish value) {
    capture = value;
    return this;
  }

  /** Sets {@link Settings#rescanInterval}. */
  public SettingsBuilder rescanInterval(Duration value) {
    rescanInterval = value;
    return this;
  }

  /** Sets {@link Settings#verifyInterval}. */
  public SettingsBuilder verifyInterval(Duration value) {
    verifyInterval = value;
    return this;
  }

  /** Sets {@link Settings#crawlLimit}. */
  public SettingsBuilder crawlLimit(long value) {
    crawlLimit = value;
    return this;
  }

  /** Sets {@link Settings#filter}. */
  public SettingsBuilder filter(List<FilterLine> value) {
    filter = value;
    return this;
  }

  /** Sets {@link Settings#minFree}. */
  public SettingsBuilder minFree(MinFree value) {
    minFree = value;
    return this;
  }

  /** Sets {@link Settings#mode}. */
  public SettingsBuilder mode(SyncMode value) {
    mode = value;
    return this;
  }

  /**
   * Sets or leaves the mode {@link SyncMode#IGNORE_DELETES}.
   *
   * @throws IllegalArgumentException if it is to be set, and another special mode is
   */
  public SettingsBuilder ignoreDeletes(boolean value) {
    if (value) {
      mode = mode.ignoringDeletes();
    } else if (mode == SyncMode.IGNORE_DELETES) {
      mode = SyncMode.NORMAL;
    }
    return this;
  }

  /** Sets {@link Settings#sshOptions}. */
  public SettingsBuilder sshOptions(List<String> value) {
    sshOptions = value;
    return this;
  }

  /** Sets {@link Settings#sshKey}. */
  public SettingsBuilder sshKey(Optional<Path> value) {
    sshKey = value;
    return this;
  }

  /** Sets {@link Settings#agentCommand}. */
  public SettingsBuilder agentCommand(Optional<String> value) {
    agentCommand = value;
    return this;
  }

  /** Sets {@link Settings#timeout}. */
  public SettingsBuilder timeout(Duration value) {
    timeout = value;
    return this;
  }

  /** Sets {@link Settings#lease}. */
  public SettingsBuilder lease(Duration value) {
    lease = value;
    return this;
  }

  /** Sets {@link Settings#journalLimit}. */
  public SettingsBuilder journalLimit(Size value) {
    journalLimit = value;
    return this;
  }

  /** Sets {@link Settings#hook}. */
  public SettingsBuilder hook(List<String> value) {
    hook = value;
    return this;
  }

  /** Sets {@link Settings#heartbeatUrl}. */
  public SettingsBuilder heartbeatUrl(Optional<URI> value) {
    heartbeatUrl = value;
    return this;
  }

  /** Sets {@link Settings#lagThreshold}. */
  public SettingsBuilder lagThreshold(Duration value) {
    lagThreshold = value;
    return this;
  }

  /** Sets {@link Settings#logFormat}. */
  public SettingsBuilder logFormat(LogFormat value) {
    logFormat = value;
    return this;
  }

  /**
   * Returns the settings.
   *
   * @throws IllegalArgumentException if one is out of its range; the message says which
   */
  public Settings build() {
    return new Settings(
        engine,
        syncJobs,
        bwlimit,
        capture,
        rescanInterval,
        verifyInterval,
        crawlLimit,
        filter,
        minFree,
        mode,
        sshOptions,
        sshKey,
        agentCommand,
        timeout,
        lease,
        journalLimit,
        hook,
        heartbeatUrl,
        lagThreshold,
        logFormat);
  }
}
