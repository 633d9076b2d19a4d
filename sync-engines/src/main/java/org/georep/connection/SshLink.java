package org.georep.connection;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.georep.connection.ConnectionException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Agents on a host reached by ssh, all over shared connections: the handshake is paid once. The
 * agent is found there by the hash of its jar, or copied there once; with an agent command it is
 * whatever that starts. Finding it is the beginning of the first agent's start, which the first
 * channel that is opened gets.
 *
 * <p>A key that a forced command ties to an agent works, too: sshd then ignores the command that is
 * sent, and the agent there answers the probe in the place of the bootstrap script.
 */
public final class SshLink implements Link {
  private final SecondaryAddress.Ssh address;
  private final SshMasters masters;
  private final String remote;
  private final AtomicReference<@Nullable Channel> begun;

  private SshLink(
      SecondaryAddress.Ssh address, SshMasters masters, String remote, @Nullable Channel begun) {
    this.address = address;
    this.masters = masters;
    this.remote = remote;
    this.begun = new AtomicReference<>(begun);
  }

  /**
   * Connects, and brings the agent there if it is missing.
   *
   * @param jar the agent's; not needed when the options name an agent command
   */
  public static SshLink connect(
      SecondaryAddress.Ssh address, LinkOptions options, Optional<AgentJar> jar)
      throws ConnectionException, InterruptedException {
    if (options.sshKey().isPresent() && !Files.isReadable(options.sshKey().get())) {
      throw new ConnectionException(
          Reason.AUTHENTICATION,
          "the key file " + options.sshKey().get() + " cannot be read; check --ssh-key");
    }
    SshMasters masters = new SshMasters(address, options);
    try {
      String remote;
      Channel begun = null;
      if (options.agentCommand().isPresent()) {
        remote = options.agentCommand().get();
        AgentSetup.ask(masters, remote, options.timeout());
      } else {
        AgentJar agent = jar.orElseThrow(() -> new IllegalArgumentException("no agent to bring"));
        begun = new AgentSetup(masters, address, agent, options.timeout()).ensure().orElse(null);
        remote = new Bootstrap(agent).start();
      }
      return new SshLink(address, masters, remote, begun);
    } catch (ConnectionException | InterruptedException | RuntimeException e) {
      masters.close();
      throw e;
    }
  }

  @Override
  public Channel open() throws ConnectionException {
    Channel first = begun.getAndSet(null);
    if (first != null) {
      return first;
    }
    try {
      return masters.open(remote);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectionException(Reason.LOST, "interrupted while connecting", e);
    }
  }

  @Override
  public List<String> command() {
    return masters.command(remote);
  }

  @Override
  public String describe() {
    return address.describe();
  }

  @Override
  public void close() {
    Channel unused = begun.getAndSet(null);
    if (unused != null) {
      unused.close();
    }
    masters.close();
  }
}
