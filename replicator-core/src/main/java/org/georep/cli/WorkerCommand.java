package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.georep.protocol.Reply;
import org.georep.replicator.monitor.SessionCreation;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.LogFormat;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionConfigurations;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.worker.ReplicateRun;
import org.georep.replicator.worker.RunOutput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep worker}: what a monitor starts for a session. */
@Command(
    name = "worker",
    hidden = true,
    mixinStandardHelpOptions = true,
    header = "Replicate as a session's configuration says; started by 'georep monitor'.")
final class WorkerCommand implements Callable<Integer> {
  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "The session.")
  private SessionName name;

  WorkerCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    SessionConfiguration configuration =
        SessionConfigurations.read(host.libc(), host.state(), name);
    RunMode mode =
        SessionCreation.mode(host.libc(), host.state().session(name), configuration.volume());
    ReplicateRun run =
        new ReplicateRun(configuration, mode, host.state(), new Quiet(), host.libc(), host.clock())
            .monitored(this::endAtOnce);
    ending.onStop(run::stop);
    return run.call().number();
  }

  private void endAtOnce(String sentence) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("georep: " + sentence);
    err.flush();
    ending.halt(ExitCode.ERROR.number());
  }

  /** Everything is in the session's log; only what it ends with goes to standard error. */
  private static final class Quiet implements RunOutput {
    @Override
    public void session(SessionName session) {}

    @Override
    public void holding(SessionDirectory session, LogFormat format) {
      Logging.onlyToFile(session.log(), format);
    }

    @Override
    public boolean isWatched() {
      return false;
    }

    @Override
    public void progress(String line) {}

    @Override
    public void change(Reply.Change change) {}
  }
}
