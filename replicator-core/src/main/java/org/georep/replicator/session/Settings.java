package org.georep.replicator.session;

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
 * @param bwlimit bytes per second over the link at most
 * @param capture which source of changes
 * @param rescanInterval how often the whole volume is walked to find what capture missed; zero for
 *     never
 * @param verifyInterval in which both sides are compared whole, a share at a time; zero for never,
 *     since it reads every inode of both sides, for which only their owner knows a good time
 * @param crawlLimit entries a crawl walks per second at most; 0 for no limit
 * @param filter which names are left out, first match wins
 * @param minFree how much of the secondary's file system stays free: contents wait below it
 * @param ignoreDeletes what is deleted on the primary is kept on the secondary
 * @param sshOptions as for {@code ssh -o}
 * @param sshKey the private key for ssh
 * @param agentCommand how the agent is started on the secondary, instead of bringing it there
 * @param timeout the link is lost when nothing was heard for so long, at least a second
 * @param journalLimit bytes of journal kept for a secondary that is behind
 */
public record Settings(
    EngineChoice engine,
    int syncJobs,
    Rate bwlimit,
    CaptureWish capture,
    Duration rescanInterval,
    Duration verifyInterval,
    long crawlLimit,
    List<FilterLine> filter,
    MinFree minFree,
    boolean ignoreDeletes,
    List<String> sshOptions,
    Optional<Path> sshKey,
    Optional<String> agentCommand,
    Duration timeout,
    Size journalLimit) {

  /** What holds where nothing else was said. */
  public static final Settings DEFAULTS =
      new Settings(
          EngineChoice.AUTO,
          3,
          Rate.UNLIMITED,
          CaptureWish.AUTO,
          Duration.ofHours(1),
          Duration.ZERO,
          0,
          List.of(),
          new MinFree(0, 100),
          false,
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(30),
          new Size(4L << 30));

  /** Checks its parts and copies its lists. */
  public Settings {
    Objects.requireNonNull(engine, "engine is null");
    Objects.requireNonNull(bwlimit, "bwlimit is null");
    Objects.requireNonNull(capture, "capture is null");
    Objects.requireNonNull(minFree, "minFree is null");
    Objects.requireNonNull(sshKey, "sshKey is null");
    Objects.requireNonNull(agentCommand, "agentCommand is null");
    Objects.requireNonNull(journalLimit, "journalLimit is null");
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
    if (journalLimit.bytes() < 16L << 20) {
      throw new IllegalArgumentException("journal-limit is at least 16MiB, not " + journalLimit);
    }
    filter = List.copyOf(filter);
    sshOptions = List.copyOf(sshOptions);
  }

  /** Returns a builder that begins with these values. */
  public SettingsBuilder toBuilder() {
    return new SettingsBuilder(this);
  }
}
