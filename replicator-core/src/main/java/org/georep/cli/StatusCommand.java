package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.georep.replicator.inspect.StatusReading;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionName;
import org.georep.status.file.StatusJson;
import org.georep.status.report.WorkerReport;
import org.georep.status.screen.Paint;
import org.georep.status.screen.StatusScreen;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    header = "Show how sessions are doing.",
    description = {
      "",
      "LAG is the age of the oldest change that is not yet durable on the secondary; 0.0s only when"
          + " a heartbeat proved that there is none; N/A when it is not known. SKIPPED counts"
          + " entries in quarantine.",
      ""
    })
final class StatusCommand implements Callable<Integer> {
  private static final long PERIOD_SECONDS = 2;
  private static final String TO_TOP = "\u001b[H\u001b[J";

  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The session. Default: all that are kept here.")
  private @Nullable SessionName name;

  @Option(names = "--detail", description = "Everything that is known, not just a line each.")
  private boolean detail;

  @Option(names = "--watch", description = "Show it again every 2 s, until Ctrl-C.")
  private boolean watch;

  @Option(
      names = "--json",
      description = {
        "A JSON array with an object for each worker, on one line; its keys are those of the"
            + " VOLUME.status files."
      })
  private boolean json;

  StatusCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    StatusReading reading = new StatusReading(host.libc(), host.state());
    if (!watch) {
      print(reading, false);
      return 0;
    }
    ending.onStop(() -> {});
    do {
      print(reading, Terminal.isOutput() && !json);
    } while (!ending.awaitStop(PERIOD_SECONDS));
    return 0;
  }

  private void print(StatusReading reading, boolean clear) throws GeorepException, IOException {
    List<WorkerReport> workers = reading.read(Optional.ofNullable(name));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      workers.forEach(worker -> all.add(StatusJson.tree(worker)));
      out.println(all);
      return;
    }
    StatusScreen screen =
        new StatusScreen(Terminal.isOutput() ? Paint.ANSI : Paint.PLAIN, ZoneId.systemDefault());
    out.print((clear ? TO_TOP : "") + (detail ? screen.detail(workers) : screen.table(workers)));
    out.flush();
  }
}
