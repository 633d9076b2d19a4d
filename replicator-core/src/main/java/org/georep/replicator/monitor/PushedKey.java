package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.Files;
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
  private final RestrictedKey key;

  private PushedKey(RestrictedKey key) {
    this.key = key;
  }

  /** Makes and installs it. Nothing is left here if it cannot be installed. */
  static PushedKey push(
      SessionDirectory session, SessionConfiguration configuration, Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    if (!(configuration.secondary() instanceof SecondaryAddress.Ssh address)) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The secondary is a directory of this host, which needs no key. Leave --push-key out");
    }
    Settings settings = configuration.settings();
    session.make();
    PushedKey made = null;
    boolean installed = false;
    try {
      made =
          new PushedKey(
              RestrictedKey.make(
                  session.key(), "georep-" + configuration.name() + "-of-" + host()));
      made.key.install(
          address,
          new LinkOptions(
              settings.sshOptions(), settings.sshKey(), Optional.empty(), settings.timeout()));
      installed = true;
      told.accept(
          "key: made, and installed on " + address.host() + " for this directory and nothing else");
      return made;
    } catch (ConnectionException e) {
      throw new GeorepException(
          SecondaryCheck.code(e), Objects.requireNonNull(e.getMessage(), "no message"), e);
    } finally {
      if (made != null && !installed) {
        made.delete();
      }
    }
  }

  private static String host() throws IOException {
    return Files.readString(java.nio.file.Path.of("/proc/sys/kernel/hostname")).strip();
  }

  /** Returns a session that uses it. What the agent is started by is in the key's line. */
  SessionConfiguration use(SessionConfiguration configuration) {
    return configuration.with(
        configuration.settings().toBuilder().sshKey(Optional.of(key.file())).build());
  }

  void delete() throws IOException {
    key.delete();
  }
}
