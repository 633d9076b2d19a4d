package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineEntry;
import org.georep.replicator.quarantine.QuarantineLine;
import org.georep.replicator.quarantine.QuarantineText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionName;
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
    synopsisSubcommandLabel = "list",
    header = "See the entries that could not be applied.",
    description = {
      "",
      "Nothing is skipped silently: what fails for a reason of its own is kept here, tried again"
          + " after 10 s, 20 s and so on up to an hour, and leaves when it succeeds.",
      ""
    })
final class QuarantineCommand implements Runnable {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  QuarantineCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "list what? Use: list NAME");
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
}
