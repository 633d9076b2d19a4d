package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.georep.replicator.event.EventLog;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionName;
import org.georep.status.file.StatusJson;
import org.georep.status.report.EventReport;
import org.georep.status.screen.EventLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep events}. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    header = "Show what happened to a session.",
    description = {
      "",
      "A line for each change of state, the oldest first: when, what, and why. The last 1 to 2 MiB"
          + " of them are kept.",
      ""
    })
final class EventsCommand implements Callable<Integer> {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "The session.")
  private SessionName name;

  @Option(names = "--json", description = "A JSON array with an object for each.")
  private boolean json;

  EventsCommand() {}

  @Override
  public Integer call() throws GeorepException, IOException {
    List<EventReport> events = new EventLog(top.host().state().existing(name).events()).read();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      events.forEach(event -> all.add(StatusJson.tree(event)));
      out.println(all);
    } else {
      events.forEach(event -> out.println(EventLine.of(event, ZoneId.systemDefault())));
    }
    return 0;
  }
}
