package org.georep.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.replicator.inspect.JournalListing;
import org.georep.replicator.inspect.RecordJson;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfigurations;
import org.georep.replicator.session.SessionName;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep journal}. */
@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "show|stat",
    header = "Look into the journal of a session's volume.",
    description = {
      "",
      "The journal says where to look, not what happened: names (E) and inodes whose attributes (M)"
          + " or contents (D) changed, and capture's own marks.",
      ""
    })
final class JournalCommand implements Runnable {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  JournalCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "show or stat?");
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Print records, the oldest first.")
  int show(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(
              names = "--from",
              paramLabel = "N",
              defaultValue = "1",
              description = "The first sequence number wanted. Default: the oldest kept.")
          long from,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "" + Long.MAX_VALUE,
              showDefaultValue = CommandLine.Help.Visibility.NEVER,
              description = "How many at most. Default: all.")
          long limit,
      @Option(names = "--json", description = "A JSON object for each, a line each.") boolean json)
      throws GeorepException, IOException {
    PrintWriter out = spec.commandLine().getOut();
    listing(name)
        .show(
            from,
            limit,
            record -> out.println(json ? RecordJson.of(record) : RecordJson.line(record)));
    return 0;
  }

  @Command(
      name = "stat",
      mixinStandardHelpOptions = true,
      description = "Print how large it is and how far its readers are.")
  int stat(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(names = "--json", description = "As a JSON object.") boolean json)
      throws GeorepException, IOException {
    ObjectNode stat = listing(name).stat();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(stat);
      return 0;
    }
    out.println("bytes on disk: " + stat.path("journal_bytes").asLong());
    out.println("last record: " + stat.path("last_sequence").asLong());
    stat.path("readers")
        .properties()
        .forEach(
            reader ->
                out.println(
                    "reader "
                        + reader.getKey()
                        + ": "
                        + reader.getValue().path("records_pending").asText("unknown")
                        + " records pending"));
    return 0;
  }

  private JournalListing listing(SessionName name) throws GeorepException, IOException {
    Host host = top.host();
    String volume = SessionConfigurations.read(host.libc(), host.state(), name).volume();
    return new JournalListing(JournalDirectory.at(host.state().journal(volume)), host.clock());
  }
}
