package org.georep.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.georep.name.Shown;
import org.georep.posix.RawPath;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionFile;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep config}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "check",
    header = "Check a session's configuration.")
final class ConfigCommand implements Runnable {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  ConfigCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: check FILE");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Say whether FILE could be a session.yaml; if not, which line or key is wrong and what was"
            + " meant. Ends with 1 then."
      })
  int check(@Parameters(paramLabel = "FILE", description = "The file.") Path file)
      throws GeorepException, IOException {
    String shown = Shown.of(RawPath.toBytes(file));
    if (new SessionFile(top.host().libc(), file).read().isEmpty()) {
      throw new GeorepException(
          ExitCode.ERROR, "There is no file " + shown + ". Give a session.yaml.");
    }
    spec.commandLine().getErr().println("georep: " + shown + " is right");
    return 0;
  }
}
