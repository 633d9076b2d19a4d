package org.georep.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.protocol.MinFree;
import org.georep.replicator.session.FilterLine;
import org.georep.replicator.session.RateSchedule;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.SettingsBuilder;
import org.georep.replicator.session.SyncMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that are a session's settings; one that is not given leaves the default. */
final class SettingOptions {
  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = {
        "How contents travel: auto (per file, by its size and by what the secondary has), rsync, tarssh"
            + " or stream. Default: auto."
      })
  private @Nullable EngineChoice engine;

  @Option(
      names = "--sync-jobs",
      paramLabel = "N",
      description = "How many workers carry contents at once, 1 to 64. Default: 3.")
  private @Nullable Integer syncJobs;

  @Option(
      names = "--bwlimit",
      paramLabel = "RATE",
      description = {
        "Bytes per second at most, such as 10MB/s or 100Mbit/s. Default: none. By the time of day:"
            + " '08:00-18:00=2MiB/s, else none'."
      })
  private @Nullable RateSchedule bwlimit;

  @Option(
      names = "--capture",
      paramLabel = "SOURCE",
      description = {
        "What tells of changes: auto (the best that works), fanotify (root; the whole file system),"
            + " inotify (a watch for each directory) or none (crawls only). Default: auto."
      })
  private @Nullable CaptureWish capture;

  @Option(
      names = "--rescan-interval",
      paramLabel = "D",
      description = {
        "How often the whole volume is walked to find what no event told, such as 1h or 30m; 0s for"
            + " never. Default: 1h."
      })
  private @Nullable Duration rescanInterval;

  @Option(
      names = "--verify-interval",
      paramLabel = "D",
      description = {
        "In which both sides are compared whole, a share at a time, such as 7d; see verify; 0s for"
            + " never. Default: 0s."
      })
  private @Nullable Duration verifyInterval;

  @Option(
      names = "--crawl-limit",
      paramLabel = "N",
      description = "Entries per second a crawl walks at most; 0 for no limit. Default: 0.")
  private @Nullable Long crawlLimit;

  @Option(
      names = "--min-free",
      paramLabel = "SHARE|SIZE",
      description = {
        "How much of the secondary's file system stays free, such as 1%% or 10GiB: below it contents"
            + " wait, deletions and renames go on. Default: 1%%."
      })
  private @Nullable MinFree minFree;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = {
        "What the primary is taken for: normal, the secondary becomes as it is; partial, it holds but"
            + " a part of what the secondary has, so what others put there stays, and what the"
            + " primary lacks goes only if its removal was seen; recover, what both have is brought"
            + " in step, nothing comes and nothing goes; ignore-deletes. Default: normal."
      })
  private @Nullable SyncMode mode;

  @Option(
      names = "--ignore-deletes",
      description = "Keep on the secondary what is deleted on the primary: --mode ignore-deletes.")
  private boolean ignoreDeletes;

  @Option(
      names = "--ssh-option",
      paramLabel = "OPT",
      description = "An option for ssh, as after ssh -o, such as Port=2222. May be repeated.")
  private List<String> sshOptions = new ArrayList<>();

  @Option(
      names = "--ssh-key",
      paramLabel = "FILE",
      description = "The one private key to use, instead of those ssh would try.")
  private @Nullable Path sshKey;

  @Option(
      names = "--agent-command",
      paramLabel = "CMD",
      description = {
        "What to run on the secondary's host, instead of looking for the agent there and copying it"
            + " if it is missing."
      })
  private @Nullable String agentCommand;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      description = {
        "The link is taken for lost when nothing was heard for so long; it is then made again."
            + " Default: 30s."
      })
  private @Nullable Duration timeout;

  @Option(
      names = "--hook",
      paramLabel = "WORD",
      description = {
        "A program to run when a checkpoint is completed, work stands still, or the lag passes its"
            + " threshold: its absolute path, and with more --hook its arguments. No shell is"
            + " involved; what happened is in GEOREP_EVENT, GEOREP_SESSION, GEOREP_MESSAGE and"
            + " others, and as JSON on its standard input. It has 30 s."
      })
  private List<String> hook = new ArrayList<>();

  @Option(
      names = "--heartbeat-url",
      paramLabel = "URL",
      description = "An http or https address that gets the same, as JSON, in a POST.")
  private @Nullable URI heartbeatUrl;

  @Option(
      names = "--lag-threshold",
      paramLabel = "D",
      description = {
        "A lag over it is an event, told by --hook and --heartbeat-url, such as 5m; 0s for never."
            + " Default: 0s."
      })
  private @Nullable Duration lagThreshold;

  SettingOptions() {}

  /**
   * Returns the settings.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  Settings settings(List<FilterLine> filter) {
    SettingsBuilder builder =
        Settings.DEFAULTS.toBuilder()
            .filter(filter)
            .mode(Optional.ofNullable(mode).orElse(SyncMode.NORMAL))
            .ignoreDeletes(ignoreDeletes || mode == SyncMode.IGNORE_DELETES)
            .sshOptions(sshOptions)
            .hook(hook)
            .heartbeatUrl(Optional.ofNullable(heartbeatUrl))
            .sshKey(Optional.ofNullable(sshKey))
            .agentCommand(Optional.ofNullable(agentCommand));
    Optional.ofNullable(engine).ifPresent(builder::engine);
    Optional.ofNullable(syncJobs).ifPresent(builder::syncJobs);
    Optional.ofNullable(bwlimit).ifPresent(builder::bwlimit);
    Optional.ofNullable(capture).ifPresent(builder::capture);
    Optional.ofNullable(rescanInterval).ifPresent(builder::rescanInterval);
    Optional.ofNullable(verifyInterval).ifPresent(builder::verifyInterval);
    Optional.ofNullable(crawlLimit).ifPresent(builder::crawlLimit);
    Optional.ofNullable(minFree).ifPresent(builder::minFree);
    Optional.ofNullable(timeout).ifPresent(builder::timeout);
    Optional.ofNullable(lagThreshold).ifPresent(builder::lagThreshold);
    return builder.build();
  }
}
