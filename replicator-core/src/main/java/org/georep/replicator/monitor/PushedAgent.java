package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.georep.connection.AgentInstall;
import org.georep.connection.AgentJar;
import org.georep.connection.ConnectionException;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.Settings;

/** The agent, installed on a session's secondary's host for good. */
final class PushedAgent {
  private PushedAgent() {}

  /**
   * Installs it; what is there already is not sent again.
   *
   * @return what starts it there
   */
  static String push(SessionConfiguration configuration, Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    Settings settings = configuration.settings();
    if (!(configuration.secondary() instanceof SecondaryAddress.Ssh address)) {
      throw error("The secondary is a directory of this host, which has georep. Leave --push out");
    }
    if (settings.agentCommand().isPresent()) {
      throw error("--agent-command says what starts the agent there. Leave it out, or --push");
    }
    Path jar =
        AgentJar.installed()
            .orElseThrow(
                () -> error("georep-agent.jar is not beside georep.jar. Install georep again"));
    LinkOptions login =
        new LinkOptions(
            settings.sshOptions(), settings.sshKey(), Optional.empty(), settings.timeout());
    try {
      AgentInstall.Installed installed =
          new AgentInstall(address, login, AgentJar.of(jar)).install();
      told.accept(
          "agent: "
              + (installed.fresh() ? "installed" : "was there already")
              + " on "
              + address.host()
              + " as "
              + installed.jar()
              + ", started by "
              + installed.program()
              + " with Java "
              + installed.java());
      return installed.program();
    } catch (ConnectionException e) {
      throw new GeorepException(
          SecondaryCheck.code(e), Objects.requireNonNull(e.getMessage(), "no message"), e);
    }
  }

  private static GeorepException error(String sentence) {
    return new GeorepException(ExitCode.ERROR, sentence);
  }
}
