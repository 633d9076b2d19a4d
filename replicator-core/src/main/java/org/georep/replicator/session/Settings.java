package org.georep.replicator.session;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.protocol.MinFree;

/**
 * What of a session can be changed. Every one has a default, see {@link #DEFAULTS}, and a key, see
 * {@link Setting}.
 *
 * @param engine which data engine
 * @param syncJobs how many files' contents travel at once, 1 to 64
 * @param bwlimit bytes per second over the link at most, also by the time of day
 * @param capture which source of changes
 * @param rescanInterval how often the whole volume is walked to find what capture missed; zero for
 *     never
 * @param verifyInterval in which both sides are compared whole, a share at a time; zero for never,
 *     since it reads every inode of both sides, for which only their owner knows a good time
 * @param crawlLimit entries a crawl walks per second at most; 0 for no limit
 * @param filter which names are left out, first match wins
 * @param minFree how much of the secondary's file system stays free: contents wait below it
 * @param mode what replication takes the primary for
 * @param sshOptions as for {@code ssh -o}
 * @param sshKey the private key for ssh
 * @param agentCommand how the agent is started on the secondary, instead of bringing it there
 * @param timeout the link is lost when nothing was heard for so long, at least a second
 * @param lease other workers may be there for the same secondary, and one that is silent for so
 *     long loses it to another; zero if there is none
 * @param journalLimit bytes of journal kept for a secondary that is behind
 * @param hook a program by its absolute path, and its arguments, run when something happens that an
 *     operator may want to hear of; empty for none
 * @param heartbeatUrl an HTTP address that is told of the same
 * @param lagThreshold a lag over it is told; zero for never
 * @param logFormat how the session's log is written
 */
public record Settings(
    EngineChoice engine,
    int syncJobs,
    RateSchedule bwlimit,
    CaptureWish capture,
    Duration rescanInterval,
    Duration verifyInterval,
    long crawlLimit,
    List<FilterLine> filter,
    MinFree minFree,
    SyncMode mode,
    List<String> sshOptions,
    Optional<Path> sshKey,
    Optional<String> agentCommand,
    Duration timeout,
    Duration lease,
    Size journalLimit,
    List<String> hook,
    Optional<URI> heartbeatUrl,
    Duration lagThreshold,
    LogFormat logFormat) {

  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);
  private static final Duration LONGEST_LEASE = Duration.ofHours(1);

  /** What holds where nothing else was said. */
  public static final Settings DEFAULTS =
      new Settings(
          EngineChoice.AUTO,
          3,
          RateSchedule.UNLIMITED,
          CaptureWish.AUTO,
          Duration.ofHours(1),
          Duration.ZERO,
          0,
          List.of(),
          new MinFree(0, 100),
          SyncMode.NORMAL,
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(30),
          Duration.ZERO,
          new Size(4L << 30),
          List.of(),
          Optional.empty(),
          Duration.ZERO,
          LogFormat.TEXT);

  /** Checks its parts and copies its lists. */
  public Settings {
    Objects.requireNonNull(engine, "engine is null");
    Objects.requireNonNull(bwlimit, "bwlimit is null");
    Objects.requireNonNull(capture, "capture is null");
    Objects.requireNonNull(minFree, "minFree is null");
    Objects.requireNonNull(mode, "mode is null");
    Objects.requireNonNull(sshKey, "sshKey is null");
    Objects.requireNonNull(agentCommand, "agentCommand is null");
    Objects.requireNonNull(journalLimit, "journalLimit is null");
    Objects.requireNonNull(logFormat, "logFormat is null");
    if (syncJobs < 1 || syncJobs > 64) {
      throw new IllegalArgumentException("sync-jobs is from 1 to 64, not " + syncJobs);
    }
    if (crawlLimit < 0) {
      throw new IllegalArgumentException("crawl-limit is 0 (no limit) or more, not " + crawlLimit);
    }
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("timeout is at least 1s, not " + Span.format(timeout));
    }
    if (!rescanInterval.isZero() && rescanInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "rescan-interval is 0s (never) or at least 1s, not " + Span.format(rescanInterval));
    }
    if (!verifyInterval.isZero() && verifyInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "verify-interval is 0s (never) or at least 1s, not " + Span.format(verifyInterval));
    }
    if (!lease.isZero()
        && (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0)) {
      throw new IllegalArgumentException(
          "lease is 0s (this worker is the only one) or 2s to 1h, not " + Span.format(lease));
    }
    if (journalLimit.bytes() < 16L << 20) {
      throw new IllegalArgumentException("journal-limit is at least 16MiB, not " + journalLimit);
    }
    if (!hook.isEmpty() && !hook.get(0).startsWith("/")) {
      throw new IllegalArgumentException(
          "hook begins with a program's absolute path, such as /usr/local/bin/tell, not '"
              + hook.get(0)
              + "'");
    }
    heartbeatUrl.ifPresent(Settings::checkUrl);
    if (!lagThreshold.isZero() && lagThreshold.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "lag-threshold is 0s (never) or at least 1s, not " + Span.format(lagThreshold));
    }
    filter = List.copyOf(filter);
    hook = List.copyOf(hook);
    sshOptions = List.copyOf(sshOptions);
  }

  /**
   * Returns these with what of others a running worker takes over: the limits and the filter. Two
   * that differ in nothing else become equal by it.
   */
  public Settings withLive(Settings others) {
    return toBuilder()
        .bwlimit(others.bwlimit())
        .crawlLimit(others.crawlLimit())
        .filter(others.filter())
        .build();
  }

  private static void checkUrl(URI url) {
    boolean known = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!known || url.getHost() == null || url.getFragment() != null) {
      throw new IllegalArgumentException(
          "heartbeat-url is an address such as https://host/path, not '" + url + "'");
    }
  }

  /**
   * Returns a text as a heartbeat's address.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  public static URI url(String text) {
    try {
      URI url = new URI(text);
      checkUrl(url);
      return url;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address such as https://host/path", e);
    }
  }

  /** Returns a builder that begins with these values. */
  public SettingsBuilder toBuilder() {
    return new SettingsBuilder(this);
  }
}
