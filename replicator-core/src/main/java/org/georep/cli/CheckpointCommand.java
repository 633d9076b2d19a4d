package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.georep.replicator.checkpoint.CheckpointDesk;
import org.georep.replicator.inspect.CheckpointWait;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionConfigurations;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.status.file.StatusJson;
import org.georep.status.report.CheckpointReport;
import org.georep.status.screen.CheckpointScreen;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep checkpoint}. */
@Command(
    name = "checkpoint",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "create|list|wait",
    header = "Know when everything up to a moment has arrived.",
    description = {
      "",
      "A checkpoint is a moment. It is completed when everything that happened on the primary"
          + " before it is durable on the secondary, also if nothing happens any more. While"
          + " something is in quarantine it is not. It is taken back when the secondary is restored"
          + " to an older state, and invalid when what it was measured by was reset.",
      ""
    })
final class CheckpointCommand implements Runnable {
  private final Ending ending;
  private final CheckpointScreen screen = new CheckpointScreen(ZoneId.systemDefault());

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  CheckpointCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: create NAME [LABEL], list NAME or wait NAME [LABEL]");
  }

  private SessionConfiguration session(SessionName name) throws GeorepException, IOException {
    Host host = top.host();
    return SessionConfigurations.read(host.libc(), host.state(), name);
  }

  private CheckpointDesk desk(SessionName name) throws GeorepException, IOException {
    Host host = top.host();
    return new CheckpointDesk(
        host.libc(), host.state().existing(name), session(name).volume(), host.clock());
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Set one at this moment, by the primary's clock, whether or not anything runs.")
  int create(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Parameters(
              arity = "0..1",
              paramLabel = "LABEL",
              description = "What to call it. Default: as of and the moment.")
          @Nullable String label,
      @Option(names = "--json", description = "A JSON object.") boolean json)
      throws GeorepException, IOException {
    CheckpointReport set;
    try {
      set = desk(name).set(Optional.ofNullable(label));
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? StatusJson.tree(set).toString() : screen.sentence(set));
    return 0;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List them, the oldest first, and what has become of them.")
  int list(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(names = "--json", description = "A JSON array with an object for each.") boolean json)
      throws GeorepException, IOException {
    List<CheckpointReport> all = desk(name).all();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      all.forEach(each -> array.add(StatusJson.tree(each)));
      out.println(array);
    } else if (all.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("georep: no checkpoint is set; set one: georep checkpoint create " + name);
    } else {
      out.print(screen.table(all));
      out.flush();
    }
    return 0;
  }

  @Command(
      name = "wait",
      mixinStandardHelpOptions = true,
      description = {
        "Wait until one is completed; exit code 5 if it is not in time. By default the one that was"
            + " set last."
      })
  int waitFor(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Parameters(
              arity = "0..1",
              paramLabel = "LABEL",
              description = "The last one that has this label.")
          @Nullable String label,
      @Option(
              names = "--timeout",
              paramLabel = "D",
              description = "How long at most, such as 90s or 2h. Default: for ever.")
          @Nullable Duration timeout,
      @Option(names = "--json", description = "A JSON object, at the end.") boolean json)
      throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    SessionDirectory directory = host.state().existing(name);
    CheckpointWait waiting = new CheckpointWait(host.libc(), directory, desk(name), host.clock());
    PrintWriter err = spec.commandLine().getErr();
    ending.onStop(() -> {});
    CheckpointWait.Ended ended =
        waiting.until(
            Optional.ofNullable(label),
            Optional.ofNullable(timeout),
            line -> err.println("georep: " + line),
            ending::awaitStop);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        json
            ? StatusJson.tree(ended.checkpoint()).toString()
            : screen.sentence(ended.checkpoint()));
    return switch (ended.how()) {
      case COMPLETED -> ExitCode.DONE.number();
      case INVALID -> {
        err.println(
            "georep: it will not be completed any more; set a new one: georep checkpoint create "
                + name);
        yield ExitCode.ERROR.number();
      }
      case TIMED_OUT -> ExitCode.TIMED_OUT.number();
      case INTERRUPTED -> ExitCode.INTERRUPTED.number();
    };
  }
}
