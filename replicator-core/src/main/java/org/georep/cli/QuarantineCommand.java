package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.georep.replicator.inspect.QuarantineVerbs;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineEntry;
import org.georep.replicator.quarantine.QuarantineLine;
import org.georep.replicator.quarantine.QuarantineSelection;
import org.georep.replicator.quarantine.QuarantineText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep quarantine}. */
@Command(
    name = "quarantine",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "list|retry|drop",
    header = "See, retry or let go the entries that could not be applied.",
    description = {
      "",
      "Nothing is skipped silently: what fails for a reason of its own is kept here, tried again"
          + " after 10 s, 20 s and so on up to an hour, and leaves when it succeeds. While"
          + " something is in, stime stays where it was when it came.",
      ""
    })
final class QuarantineCommand implements Runnable {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  QuarantineCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list NAME, retry NAME or drop NAME");
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List them, in the order they came: path, why, since when, how often tried.")
  int list(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(names = "--json", description = "A JSON array with an object for each.") boolean json)
      throws GeorepException, IOException {
    Host host = top.host();
    List<QuarantineEntry> entries =
        Quarantine.read(host.libc(), host.state().existing(name).quarantine());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      entries.forEach(entry -> all.add(QuarantineLine.toJson(entry)));
      out.println(all);
    } else {
      entries.forEach(entry -> out.println(QuarantineText.of(entry)));
      spec.commandLine().getErr().println("georep: " + entries.size() + " in quarantine");
    }
    return 0;
  }

  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      description = "Try them now instead of when they are due.")
  int retry(
      @Parameters(index = "0", paramLabel = "NAME", description = "The session.") SessionName name,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "PATH",
              description = "Only these, as list shows them. Default: all.")
          @Nullable List<String> paths)
      throws GeorepException, IOException {
    QuarantineVerbs verbs = verbs(name);
    PrintWriter err = spec.commandLine().getErr();
    if (!verbs.isRunning()) {
      err.println("georep: nothing runs for " + name + "; all are tried when it is started");
      return 0;
    }
    err.println("georep: " + verbs.retry(selection(paths)) + " are tried now");
    return 0;
  }

  @Command(
      name = "drop",
      mixinStandardHelpOptions = true,
      description = {
        "Let them go although they were not applied: stime goes on without them, and the next change"
            + " or crawl that meets them tries again."
      })
  int drop(
      @Parameters(index = "0", paramLabel = "NAME", description = "The session.") SessionName name,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "PATH",
              description = "Which, as list shows them.")
          @Nullable List<String> paths,
      @Option(names = "--all", description = "All of them.") boolean all)
      throws GeorepException, IOException {
    if (all == (paths != null && !paths.isEmpty())) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say which: paths as list shows them, or --all");
    }
    int dropped = verbs(name).drop(selection(paths));
    spec.commandLine().getErr().println("georep: " + dropped + " let go");
    return 0;
  }

  private QuarantineVerbs verbs(SessionName name) throws GeorepException, IOException {
    Host host = top.host();
    return new QuarantineVerbs(host.libc(), host.clock(), host.state().existing(name));
  }

  private static QuarantineSelection selection(@Nullable List<String> paths) {
    return QuarantineSelection.of(paths == null ? List.of() : paths);
  }
}
