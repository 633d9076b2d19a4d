package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.georep.protocol.Reply;
import org.georep.replicator.failover.Failback;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.Settings;
import org.georep.replicator.worker.ReplicateRun;
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

/** {@code georep failback}. */
@Command(
    name = "failback",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "On the secondary's host, after promote: bring the old primary up to date.",
    description = {
      "",
      "The promoted secondary is replicated to the old primary, as a session NAME-back of its own"
          + " (that of NAME-back is NAME). What is unchanged is known and not sent, and what was"
          + " moved is moved. What was changed on the old primary after the secondary was last in"
          + " step is not destroyed: it is kept in .georep/conflicts there.",
      "",
      "Runs until it is stopped, or with --once until in step; then says how to turn the direction"
          + " again. Run again it goes on. The monitor runs it after: georep session start NAME-back",
      ""
    })
final class FailbackCommand implements Callable<Integer> {
  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "The session, as 'georep promote' named it.")
  private SessionName name;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "The promoted directory. Default: as promoted on this host.")
  private @Nullable String root;

  @Option(
      names = "--to",
      paramLabel = "ADDRESS",
      description = {
        "Where the old primary is reached from here: a directory, [USER@]HOST:DIR, or ssh://..."
            + " Default: as the secondary was told."
      })
  private @Nullable String to;

  @Option(names = "--once", description = "Stop when in step, instead of going on.")
  private boolean once;

  @Option(
      names = "--accept-deletes",
      description = "Delete there what is not here any more, even if that is most of it.")
  private boolean acceptDeletes;

  @Mixin private SettingOptions settingOptions;

  @Mixin private ListenOption listenOption;

  @Mixin(name = ReplicateCommand.FILTER)
  private FilterOptions filterOptions;

  FailbackCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Settings settings;
    try {
      settings = settingOptions.settings(filterOptions.lines());
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Host host = top.host();
    PrintWriter err = spec.commandLine().getErr();
    Failback failback = new Failback(host.libc(), host.clock(), host.state());
    SessionConfiguration configuration =
        failback.prepare(
            name,
            Optional.ofNullable(root).map(ByteText::bytes),
            Optional.ofNullable(to).map(ByteText::bytes),
            settings);
    Reply.HandedOver over = failback.handOver(configuration);
    if (over.same() + over.changed() + over.foreign() > 0) {
      err.println(
          "georep: known again on the old primary: "
              + over.same()
              + ", to be compared: "
              + over.changed()
              + ", not known: "
              + over.foreign());
    }
    // What is not known by its identity, as after a restore from tape, may still be the same.
    RunMode mode = new RunMode(once, false, OptionalInt.empty(), true, true, acceptDeletes, false);
    ReplicateRun run =
        new ReplicateRun(
            configuration,
            mode,
            host.state(),
            ReplicateCommand.output(spec),
            host.libc(),
            host.clock());
    ending.onStop(run::stop);
    Optional<StatusServer> page = listenOption.serve(host, err);
    try {
      ExitCode code = run.call();
      if (once && (code == ExitCode.DONE || code == ExitCode.QUARANTINED)) {
        Failback.turning(configuration).forEach(line -> err.println("georep: " + line));
      }
      return code.number();
    } finally {
      page.ifPresent(StatusServer::close);
    }
  }
}
