package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.georep.connection.ConnectionException;
import org.georep.connection.LinkOptions;
import org.georep.connection.RestrictedKey;
import org.georep.connection.SecondaryAddress;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.Settings;

/**
 * A key of a session's own, in its directory, installed on the secondary's host with whatever the
 * user can log in by there. From then on the session needs nothing else.
 */
final class PushedKey {
  private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

  private final RestrictedKey key;
  private final SecondaryAddress.Ssh address;
  private final LinkOptions login;
  private final String agent;
  private final String label;

  private PushedKey(
      RestrictedKey key,
      SecondaryAddress.Ssh address,
      LinkOptions login,
      String agent,
      String label) {
    this.key = key;
    this.address = address;
    this.login = login;
    this.agent = agent;
    this.label = label;
  }

  /**
   * Makes and installs it. Nothing is left here if it cannot be installed.
   *
   * @param installed what starts the agent there, if it was just installed
   */
  static PushedKey push(
      SessionDirectory session,
      SessionConfiguration configuration,
      Optional<String> installed,
      Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    if (!(configuration.secondary() instanceof SecondaryAddress.Ssh address)) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The secondary is a directory of this host, which needs no key. Leave --push-key out");
    }
    Settings settings = configuration.settings();
    LinkOptions login =
        new LinkOptions(
            settings.sshOptions(), settings.sshKey(), Optional.empty(), settings.timeout());
    String agent = installed.or(settings::agentCommand).orElse(RestrictedKey.INSTALLED);
    String label = label(configuration);
    session.make();
    RestrictedKey key = null;
    boolean works = false;
    try {
      key = RestrictedKey.make(session.key(), label);
      key.install(address, login, agent);
      works = true;
      told.accept(
          "key: made, and installed on " + address.host() + " for this directory and nothing else");
      return new PushedKey(key, address, login, agent, label);
    } catch (ConnectionException e) {
      throw new GeorepException(
          SecondaryCheck.code(e), Objects.requireNonNull(e.getMessage(), "no message"), e);
    } finally {
      if (key != null && !works) {
        key.delete();
      }
    }
  }

  /** What its line ends with: told apart by the session's id. */
  private static String label(SessionConfiguration configuration) throws IOException {
    String host =
        Files.readString(HOST, StandardCharsets.ISO_8859_1)
            .strip()
            .replaceAll("[^A-Za-z0-9.-]", "-");
    String id = configuration.id().toString();
    return "georep-" + configuration.name() + "-of-" + host + "-" + id.substring(0, 8);
  }

  /**
   * Returns a session that uses it. The command is the one of the key's line: with this key nothing
   * else is started there, whatever is asked for.
   */
  SessionConfiguration use(SessionConfiguration configuration) {
    return configuration.with(
        configuration.settings().toBuilder()
            .sshKey(Optional.of(key.file()))
            .agentCommand(Optional.of(agent))
            .build());
  }

  /** Takes it back on both hosts, as far as that is possible; says what is left. */
  void takeBack(Consumer<String> told) throws IOException, InterruptedException {
    key.delete();
    try {
      key.uninstall(address, login);
      told.accept("key: removed again, here and on " + address.host());
    } catch (ConnectionException e) {
      told.accept("key: removed here; " + RestrictedKey.removal(address, label));
    }
  }

  /** Removes the key of a session that is deleted; says what is left on the secondary's host. */
  static void forget(
      SessionDirectory session, SessionConfiguration configuration, Consumer<String> told)
      throws IOException {
    if (RestrictedKey.remove(session.key())
        && configuration.secondary() instanceof SecondaryAddress.Ssh address) {
      told.accept(
          "its key is removed here; " + RestrictedKey.removal(address, label(configuration)));
    }
  }
}
