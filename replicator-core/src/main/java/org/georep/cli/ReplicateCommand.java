package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.georep.protocol.Reply;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.LogFormat;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.SessionPreparation;
import org.georep.replicator.session.Settings;
import org.georep.replicator.worker.ReplicateRun;
import org.georep.replicator.worker.RunOutput;
import org.georep.status.http.StatusServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep replicate}: a session in the foreground. */
@Command(
    name = "replicate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Keep SECONDARY in step with PRIMARY, until stopped.",
    description = {
      "",
      "A session in the foreground, without any set-up. First everything is compared and what"
          + " differs is sent; from then on changes are sent as they happen. Stopped and started"
          + " again it goes on where it was. A lost connection is made again, for ever.",
      "",
      "The secondary's host needs sshd and Java 17 or newer; rsync or tar for the engine of that"
          + " name. Run as root to keep owners, devices and all attributes.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  georep replicate /data backup.example.org:/srv/data",
      "  georep replicate --once --dry-run /data /mnt/usb/data",
      "  georep replicate --exclude '*.tmp' --bwlimit 10MB/s /home b@host:/srv/home"
    })
final class ReplicateCommand implements Callable<Integer> {
  static final String FILTER = "filterOptions";

  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "PRIMARY", description = "The directory to replicate.")
  private String primary;

  @Parameters(
      index = "1",
      paramLabel = "SECONDARY",
      description = {
        "Where the copy goes: a directory, [USER@]HOST:DIR, or ssh://[USER@]HOST[:PORT]/DIR. Empty"
            + " or missing at first, see --adopt."
      })
  private String secondary;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The session's name for the other verbs. Default: made from both ends.")
  private @Nullable SessionName name;

  @Option(names = "--once", description = "Stop when in step, instead of going on.")
  private boolean once;

  @Option(
      names = "--dry-run",
      description = "Print what would be changed on the secondary, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--turns",
      paramLabel = "N",
      description = "Stop when in step after a change for the Nth time.")
  private @Nullable Integer turns;

  @Option(
      names = "--adopt",
      description = {
        "Take over a secondary that already holds data: what equals by name, kind, size and mtime"
            + " is kept without being sent, the rest is put aside in .georep/conflicts there."
      })
  private boolean adopt;

  @Option(names = "--checksum", description = "With --adopt: compare contents, too.")
  private boolean checksum;

  @Option(
      names = "--accept-deletes",
      description = {
        "Delete on the secondary what a crawl does not find on the primary any more, even if that"
            + " is most of it."
      })
  private boolean acceptDeletes;

  @Option(
      names = "--wait-for-secondary",
      description = "Do not give up when the secondary cannot be reached at the start.")
  private boolean waitForSecondary;

  @Mixin private SettingOptions settingOptions;

  @Mixin private ListenOption listenOption;

  @Mixin(name = FILTER)
  private FilterOptions filterOptions;

  ReplicateCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    RunMode mode;
    Settings settings;
    try {
      mode = mode();
      settings = settingOptions.settings(filterOptions.lines());
      if (mode.adopt()) {
        settings.mode().checkAdopting();
      }
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Host host = top.host();
    SessionConfiguration configuration =
        new SessionPreparation(host.libc(), host.state())
            .prepare(
                Optional.ofNullable(name),
                ByteText.bytes(primary),
                ByteText.bytes(secondary),
                settings);
    ReplicateRun run =
        new ReplicateRun(
            configuration, mode, host.state(), output(spec), host.libc(), host.clock());
    ending.onStop(run::stop);
    Optional<StatusServer> page = listenOption.serve(host, spec.commandLine().getErr());
    try {
      return run.call().number();
    } finally {
      page.ifPresent(StatusServer::close);
    }
  }

  private RunMode mode() {
    return new RunMode(
        once,
        dryRun,
        turns == null ? OptionalInt.empty() : OptionalInt.of(turns),
        adopt,
        checksum,
        acceptDeletes,
        waitForSecondary);
  }

  /** Tells people and programs of a run. */
  static RunOutput output(CommandSpec spec) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    return new RunOutput() {
      @Override
      public void session(SessionName session) {
        err.println("georep: session " + session);
      }

      @Override
      public void holding(SessionDirectory session, LogFormat format) {
        Logging.toFile(session.log(), format);
      }

      @Override
      public boolean isWatched() {
        return Terminal.isError();
      }

      @Override
      public void progress(String line) {
        // To the line's begin, over what was there, and nothing behind it.
        err.print(line.isEmpty() ? "\r\u001b[K" : "\r" + line + "\u001b[K");
        err.flush();
      }

      @Override
      public void change(Reply.Change change) {
        out.println(change.what() + " " + change.path());
      }
    };
  }
}
