package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.georep.replicator.monitor.Launch;
import org.georep.replicator.monitor.Monitor;
import org.georep.replicator.session.GeorepException;
import org.georep.status.http.StatusServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep monitor}. */
@Command(
    name = "monitor",
    mixinStandardHelpOptions = true,
    header = "Keep the sessions that are started running, until stopped.",
    description = {
      "",
      "One for each state directory. It keeps a capture process for each volume and a worker for"
          + " each session that is started, and starts those again that end. Stopped, it ends"
          + " workers, then captures. Killed, it leaves them running, and the next one takes them"
          + " over.",
      ""
    })
final class MonitorCommand implements Callable<Integer> {
  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Option(
      names = "--leave-capture",
      description = {
        "When stopped, leave captures running, so that the next start costs no walk: for upgrades."
      })
  private boolean leaveCapture;

  @Mixin private ListenOption listenOption;

  MonitorCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    PrintWriter err = spec.commandLine().getErr();
    Launch launch = Launch.ofThisProcess(Georep.class.getName(), host.state());
    try (Monitor monitor =
        Monitor.take(host.libc(), host.state(), launch, line -> err.println("georep: " + line))) {
      ending.onStop(monitor::stop);
      err.println("georep: monitor of " + host.state().path());
      Optional<StatusServer> page = listenOption.serve(host, err);
      try {
        monitor.run(leaveCapture);
      } finally {
        page.ifPresent(StatusServer::close);
      }
    }
    return 0;
  }
}
