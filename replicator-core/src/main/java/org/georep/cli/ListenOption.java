package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import org.georep.replicator.inspect.SessionReports;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.StateDirectory;
import org.georep.status.http.AccessToken;
import org.georep.status.http.ListenAddress;
import org.georep.status.http.StatusServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --listen}: the status page and metrics, for verbs that go on. */
final class ListenOption {
  @Option(
      names = "--listen",
      paramLabel = "[ADDRESS:]PORT",
      description = {
        "Serve a status page, /metrics for Prometheus, /status and /health there; on loopback unless"
            + " an address is given. Elsewhere readers need the token in STATE/.listen-token."
            + " Default: off."
      })
  private @Nullable ListenAddress address;

  ListenOption() {}

  /**
   * Begins to serve all sessions of the state directory, if that was asked for.
   *
   * @param err where it is said that, and where
   * @throws IOException with what to do, if the address cannot be listened at
   */
  Optional<StatusServer> serve(Host host, PrintWriter err) throws GeorepException, IOException {
    ListenAddress where = address;
    if (where == null) {
      return Optional.empty();
    }
    StateDirectory state = host.state();
    Optional<AccessToken> token = Optional.empty();
    if (!where.isLoopback()) {
      state.make();
      token = Optional.of(AccessToken.keptIn(state.listenToken()));
    }
    SessionReports reports = new SessionReports(host.libc(), state, host.clock());
    StatusServer server = StatusServer.start(where, reports, token, host.clock());
    err.println("georep: status page at " + server.uri());
    token.ifPresent(secret -> err.println("georep: readers need the token in " + secret.file()));
    return Optional.of(server);
  }
}
