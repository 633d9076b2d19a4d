package org.georep.status.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.georep.status.file.StatusJson;
import org.georep.status.metrics.ReportMetrics;
import org.georep.status.report.WorkerReport;

/**
 * Serves reports: {@code /metrics}, {@code /status}, {@code /history}, {@code /health}, and the
 * page at {@code /}. Nothing is kept but the samples of {@link History}; what is asked for is asked
 * of the supplier, at most twice a second however many ask, and a supplier that fails fails that
 * answer only. A client that does not send or take within seconds is cut off.
 *
 * <p>The supplier is called by threads of this server, one at a time.
 */
public final class StatusServer implements AutoCloseable {
  private static final int THREADS = 4;
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Nothing from elsewhere, no script but ours, and nobody may frame it. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
          + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  /** What answers one path. */
  @FunctionalInterface
  private interface Endpoint {
    Answer answer();
  }

  private final HttpServer server;
  private final String host;
  private final Supplier<List<WorkerReport>> reports;
  private final Clock clock;
  private final Gate gate;
  private final ReportMetrics metrics = new ReportMetrics();
  private final History history = new History();

  /** What the page is drawn with, and what asks for the token too: no secret. */
  private final Map<String, Answer> open = new LinkedHashMap<>();

  private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
  private final ExecutorService threads;
  private final ScheduledExecutorService sampler;
  private final Object asking = new Object();
  private List<WorkerReport> last = List.of();
  private long lastNanos;

  private StatusServer(
      ListenAddress address,
      Supplier<List<WorkerReport>> reports,
      Optional<AccessToken> token,
      Clock clock)
      throws IOException {
    this.reports = Objects.requireNonNull(reports, "reports is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.lastNanos = System.nanoTime() - 2 * FRESH_NANOS;
    Map<String, Answer> assets = Asset.all();
    limitPatience();
    try {
      this.server = HttpServer.create(address.socket(), 0);
    } catch (IOException e) {
      throw new IOException(
          "Listening at "
              + address
              + " failed: "
              + e.getMessage()
              + ". Choose another with"
              + " --listen ADDRESS:PORT",
          e);
    }
    this.host = address.host();
    this.gate =
        new Gate(
            token,
            host + ":" + server.getAddress().getPort(),
            locked(Objects.requireNonNull(assets.remove("unlock.html"))));
    Answer page = Objects.requireNonNull(assets.remove("index.html"));
    assets.forEach((name, asset) -> open.put("/" + name, asset));
    endpoints.put("/", () -> page);
    endpoints.put("/metrics", this::metrics);
    endpoints.put("/status", this::status);
    endpoints.put("/history", () -> json(200, history.toJson()));
    endpoints.put("/health", this::health);
    this.threads = Executors.newFixedThreadPool(THREADS, daemons("georep-http"));
    this.sampler = Executors.newSingleThreadScheduledExecutor(daemons("georep-history"));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /**
   * Begins to serve.
   *
   * @param reports says how the workers are; asked by threads of this server
   * @param token what readers have to know; required unless the address is loopback
   * @throws IOException with what to do, if the address cannot be listened at
   */
  public static StatusServer start(
      ListenAddress address,
      Supplier<List<WorkerReport>> reports,
      Optional<AccessToken> token,
      Clock clock)
      throws IOException {
    if (token.isEmpty() && !address.isLoopback()) {
      throw new IllegalArgumentException("listening at " + address + " needs a token");
    }
    StatusServer server = new StatusServer(address, reports, token, clock);
    server.server.start();
    var unused =
        server.sampler.scheduleWithFixedDelay(
            server::sample, 0, History.EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return server;
  }

  /** In seconds, read once by the JDK's server; whoever set them before knows why. */
  private static void limitPatience() {
    for (String limit : List.of("maxReqTime", "maxRspTime")) {
      String property = "sun.net.httpserver." + limit;
      if (System.getProperty(property) == null) {
        System.setProperty(property, "20");
      }
    }
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static Answer locked(Answer page) {
    return new Answer(401, page.type(), page.body(), page.headers());
  }

  /** Returns where it is to be reached from this host. */
  public URI uri() {
    return URI.create("http://" + host + ":" + server.getAddress().getPort() + "/");
  }

  private List<WorkerReport> reports() {
    synchronized (asking) {
      if (System.nanoTime() - lastNanos >= FRESH_NANOS) {
        last = List.copyOf(reports.get());
        lastNanos = System.nanoTime();
      }
      return last;
    }
  }

  private void sample() {
    try {
      history.add(reports(), clock.instant());
    } catch (RuntimeException e) {
      // A sample is missing then, and the next may succeed; who asks is told what is wrong.
      return;
    }
  }

  private Answer metrics() {
    byte[] text = metrics.scrape(reports()).getBytes(StandardCharsets.UTF_8);
    return Answer.of(200, ReportMetrics.CONTENT_TYPE, text);
  }

  private Answer status() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    reports().forEach(report -> all.add(StatusJson.tree(report)));
    return json(200, all);
  }

  private Answer health() {
    Health health = Health.of(reports(), clock.instant());
    return json(health.verdict() == Health.Verdict.FAILING ? 503 : 200, health.toJson());
  }

  private static Answer json(int status, JsonNode body) {
    return Answer.of(status, Answer.JSON, (body + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void handle(HttpExchange request) throws IOException {
    try (request) {
      Answer asset = open.get(request.getRequestURI().getRawPath());
      Answer answer =
          asset == null
              ? gate.stop(request).orElseGet(() -> answer(request))
              : gate.stopMethod(request).orElse(asset);
      send(request, answer);
    }
  }

  private Answer answer(HttpExchange request) {
    Endpoint endpoint = endpoints.get(request.getRequestURI().getRawPath());
    if (endpoint == null) {
      return Answer.sentence(404, "There are /, /metrics, /status, /history and /health.");
    }
    try {
      return endpoint.answer();
    } catch (RuntimeException e) {
      return Answer.sentence(503, "The workers cannot be asked: " + e.getMessage());
    }
  }

  private static void send(HttpExchange request, Answer answer) throws IOException {
    Headers headers = request.getResponseHeaders();
    headers.set("Content-Type", answer.type());
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
    answer.headers().forEach(headers::set);
    if (request.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(answer.body().length));
      request.sendResponseHeaders(answer.status(), -1);
      return;
    }
    request.sendResponseHeaders(answer.status(), answer.body().length);
    try (OutputStream out = request.getResponseBody()) {
      out.write(answer.body());
    }
  }

  /** Stops serving at once. */
  @Override
  public void close() {
    sampler.shutdownNow();
    server.stop(0);
    threads.shutdownNow();
  }
}
