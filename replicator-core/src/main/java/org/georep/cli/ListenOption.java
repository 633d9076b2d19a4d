package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.StateDirectory;
import org.georep.status.http.AccessToken;
import org.georep.status.http.ListenAddress;
import org.georep.status.http.StatusServer;
import org.georep.status.report.WorkerReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --listen}: the status page and metrics, for verbs that go on. */
final class ListenOption {
  @Option(
      names = "--listen",
      paramLabel = "[ADDRESS:]PORT",
      description = {
        "Serve a status page, /metrics for Prometheus, /status and /health there; on loopback unless"
            + " an address is given. Elsewhere readers need the token in STATE/listen.token."
            + " Default: off."
      })
  private @Nullable ListenAddress address;

  ListenOption() {}

  /**
   * Begins to serve, if that was asked for.
   *
   * @param reports says how the workers are; asked by other threads
   * @param err where it is said that, and where
   * @throws IOException with what to do, if the address cannot be listened at
   */
  Optional<StatusServer> serve(
      StateDirectory state, Clock clock, Supplier<List<WorkerReport>> reports, PrintWriter err)
      throws GeorepException, IOException {
    ListenAddress where = address;
    if (where == null) {
      return Optional.empty();
    }
    Optional<AccessToken> token = Optional.empty();
    if (!where.isLoopback()) {
      state.make();
      token = Optional.of(AccessToken.keptIn(state.listenToken()));
    }
    StatusServer server = StatusServer.start(where, reports, token, clock);
    err.println("georep: status page at " + server.uri());
    token.ifPresent(secret -> err.println("georep: readers need the token in " + secret.file()));
    return Optional.of(server);
  }
}
