package org.georep.connection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Makes the link that an address needs. */
public final class Links {
  private Links() {}

  /**
   * Reaches the secondary's host and sees to it that the agent is there; copies it if need be.
   *
   * @throws ConnectionException with a sentence that says what to do next
   */
  public static Link open(SecondaryAddress address, LinkOptions options)
      throws ConnectionException, InterruptedException {
    if (address instanceof SecondaryAddress.Local local) {
      return new LocalLink(local);
    }
    return SshLink.connect((SecondaryAddress.Ssh) address, options, jar(options));
  }

  private static Optional<AgentJar> jar(LinkOptions options) throws ConnectionException {
    if (options.agentCommand().isPresent()) {
      return Optional.empty();
    }
    Path file =
        AgentJar.installed()
            .orElseThrow(
                () ->
                    new ConnectionException(
                        ConnectionException.Reason.MISSING_PROGRAM,
                        "georep-agent.jar is not beside georep.jar; build the distribution"
                            + " (deploy/georep does) or install georep again"));
    try {
      return Optional.of(AgentJar.of(file));
    } catch (IOException e) {
      throw new ConnectionException(
          ConnectionException.Reason.MISSING_PROGRAM, file + " cannot be read: " + e, e);
    }
  }
}
