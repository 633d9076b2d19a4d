package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.georep.replicator.lease.Joining;
import org.georep.replicator.monitor.Pushing;
import org.georep.replicator.monitor.SessionCreation;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.SessionPreparation;
import org.georep.replicator.session.Settings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep session create}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Make a session, after looking whether it can work: the way to the secondary, its host key,"
          + " the key, Java there, what it holds, room. It is started by 'georep session start'."
    })
final class SessionCreateCommand implements Callable<Integer> {
  @ParentCommand private SessionCommand parent;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "What to call it.")
  private SessionName name;

  @Parameters(index = "1", paramLabel = "PRIMARY", description = "The directory to replicate.")
  private String primary;

  @Parameters(
      index = "2",
      paramLabel = "SECONDARY",
      description = "Where the copy goes: a directory, [USER@]HOST:DIR, or ssh://...")
  private String secondary;

  @Option(
      names = "--adopt",
      description = "Take over a secondary that already holds data, as 'georep replicate' does.")
  private boolean adopt;

  @Option(names = "--checksum", description = "With --adopt: compare contents, too.")
  private boolean checksum;

  @Option(
      names = "--wait-for-secondary",
      description = "Create it although the secondary cannot be reached now.")
  private boolean waitForSecondary;

  @Option(
      names = "--push-key",
      description = {
        "Make a key for this session and install it on the secondary's host, with what ssh can log in"
            + " by now. It starts georep, which has to be installed there (or use --push), for this"
            + " directory, and is good for nothing else."
      })
  private boolean pushKey;

  @Option(
      names = "--push",
      description = {
        "Install the agent on the secondary's host for good, in the user's data directory there,"
            + " instead of a copy in the cache. It needs Java there."
      })
  private boolean push;

  @Option(
      names = "--join",
      description = {
        "Another host replicates this file system to SECONDARY already, with a lease: take part, so"
            + " that one of the two is Active and the other takes over when it is lost."
      })
  private boolean join;

  @Mixin private SettingOptions settingOptions;

  @Mixin(name = ReplicateCommand.FILTER)
  private FilterOptions filterOptions;

  SessionCreateCommand() {}

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    RunMode mode;
    Settings settings;
    try {
      mode =
          new RunMode(false, false, OptionalInt.empty(), adopt, checksum, false, waitForSecondary);
      settings = settingOptions.settings(filterOptions.lines());
      if (mode.adopt()) {
        settings.mode().checkAdopting();
      }
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (join && (adopt || checksum || push || pushKey || waitForSecondary)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--join goes without --adopt, --checksum, --push, --push-key and --wait-for-secondary:"
              + " the secondary is there already. Leave those out");
    }
    Host host = parent.host();
    PrintWriter err = spec.commandLine().getErr();
    SessionConfiguration configuration =
        new SessionPreparation(host.libc(), host.state())
            .prepare(
                Optional.of(name), ByteText.bytes(primary), ByteText.bytes(secondary), settings);
    Consumer<String> told = line -> err.println("georep: " + line);
    if (join) {
      new Joining(host.libc(), host.state()).join(configuration, told);
    } else {
      new SessionCreation(host.libc(), host.clock(), host.state())
          .create(configuration, mode, new Pushing(push, pushKey), told);
    }
    err.println("georep: created; start it with: georep session start " + name);
    return 0;
  }
}
