package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
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
import org.georep.status.screen.WatchScreen;
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
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** Another screen, without a cursor, on which long lines are cut. */
  private static final String BEGIN = "\u001b[?1049h\u001b[?25l\u001b[?7l";

  private static final String END = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final String TO_TOP = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K\n";
  private static final String CLEAR_BELOW = "\u001b[J";

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

  @Option(
      names = "--watch",
      description = {
        "Show what is going on every second, until Ctrl-C: state, lag, rates, what is in flight, and"
            + " how far it is, with an estimate."
      })
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
    StatusReading reading = new StatusReading(host.libc(), host.state(), host.clock());
    PrintWriter out = spec.commandLine().getOut();
    if (!watch) {
      print(out, reading, host);
      return 0;
    }
    ending.onStop(() -> {});
    boolean screen = Terminal.isOutput() && !json;
    reading.read(Optional.ofNullable(name)); // what is wrong is said on the screen that stays
    out.print(screen ? BEGIN : "");
    try {
      do {
        if (screen) {
          String text = text(reading.read(Optional.ofNullable(name)), host);
          out.print(TO_TOP + text.replace("\n", CLEAR_LINE) + CLEAR_BELOW);
          out.flush();
        } else {
          print(out, reading, host);
        }
      } while (!ending.awaitStop(PERIOD));
    } finally {
      out.print(screen ? END : "");
      out.flush();
    }
    return 0;
  }

  private void print(PrintWriter out, StatusReading reading, Host host)
      throws GeorepException, IOException {
    List<WorkerReport> workers = reading.read(Optional.ofNullable(name));
    if (json) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      workers.forEach(worker -> all.add(StatusJson.tree(worker)));
      out.println(all);
    } else {
      out.print(text(workers, host));
      out.flush();
    }
  }

  private String text(List<WorkerReport> workers, Host host) {
    Paint paint = Terminal.isOutput() ? Paint.ANSI : Paint.PLAIN;
    if (watch && !detail) {
      return new WatchScreen(paint, ZoneId.systemDefault()).at(host.clock().instant(), workers);
    }
    StatusScreen screen = new StatusScreen(paint, ZoneId.systemDefault());
    return detail ? screen.detail(workers) : screen.table(workers);
  }
}
