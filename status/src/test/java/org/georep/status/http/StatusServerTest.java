package org.georep.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.georep.status.file.StatusJson;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over real connections. */
class StatusServerTest {
  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private StatusServer server;

  private static WorkerReport report() {
    return new WorkerReportBuilder()
        .session("s")
        .volume("_v")
        .workerStatus(WorkerState.ACTIVE)
        .updated(Instant.now(Clock.systemUTC()))
        .lagSeconds(0.5)
        .quarantined(0L)
        .build();
  }

  private void serve(
      String where, Supplier<List<WorkerReport>> reports, Optional<AccessToken> token)
      throws IOException {
    server = StatusServer.start(ListenAddress.parse(where), reports, token, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.uri().getPort()).resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  @Test
  void everythingIsServedAsWhatItIsWithAStrictPolicy() throws Exception {
    WorkerReport report = report();
    serve("0", () -> List.of(report), Optional.empty());
    assertThat(get("/metrics").body()).contains("georep_lag_seconds{session=\"s\"");
    assertThat(new ObjectMapper().readTree(get("/status").body()).get(0))
        .isEqualTo(new ObjectMapper().readTree(StatusJson.bytes(report)));
    JsonNode health = new ObjectMapper().readTree(get("/health").body());
    assertThat(health.get("status").textValue()).isEqualTo("ok");
    for (String path : List.of("/", "/dashboard.css", "/dashboard.js", "/icon.svg", "/status")) {
      HttpResponse<String> response = get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
          .startsWith("default-src 'none'")
          .doesNotContain("unsafe");
      assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/unlock.html").statusCode()).isEqualTo(404);
    assertThat(get("/../page/index.html").statusCode()).isEqualTo(404);
    assertThat(raw("HEAD /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .endsWith("\r\n\r\n");
    HttpRequest post =
        HttpRequest.newBuilder(server.uri().resolve("/status"))
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    HttpResponse<String> refused = client.send(post, HttpResponse.BodyHandlers.ofString());
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(refused.headers().firstValue("Allow")).hasValue("GET, HEAD");
  }

  @Test
  void aPageFromElsewhereThatPointsHereReadsNothing() throws Exception {
    serve("0", () -> List.of(report()), Optional.empty());
    for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil:1")) {
      assertThat(raw("GET /status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 421")
          .doesNotContain("_v");
    }
    for (String host : List.of("LOCALHOST:1", "127.0.0.1", "[::1]:9470")) {
      assertThat(raw("GET /status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void overTheNetworkTheTokenIsAskedFor() throws Exception {
    assertThatThrownBy(() -> serve("0.0.0.0:0", List::of, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    Path file = directory.resolve("token");
    serve("0.0.0.0:0", () -> List.of(report()), Optional.of(AccessToken.keptIn(file)));
    String token = Files.readString(file).strip();

    for (String path : List.of("/", "/status", "/metrics", "/health", "/history", "/?token=x")) {
      HttpResponse<String> refused = get(path);
      assertThat(refused.statusCode()).as(path).isEqualTo(401);
      assertThat(refused.body()).doesNotContain("_v").doesNotContain("Quarantine");
    }
    assertThat(get("/").body()).contains("<form").contains(".listen-token");
    assertThat(get("/status", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
    assertThat(get("/status", "Authorization", "Bearer " + token).statusCode()).isEqualTo(200);

    HttpResponse<String> opened = get("/?token=" + token);
    assertThat(opened.statusCode()).isEqualTo(303);
    assertThat(opened.headers().firstValue("Location")).hasValue("/");
    String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HttpOnly", "SameSite=Strict").doesNotContain(token);
    String kept = cookie.substring(0, cookie.indexOf(';'));
    assertThat(get("/", "Cookie", "other=1; " + kept).body()).contains("Quarantine");
    assertThat(get("/status", "Cookie", kept + "x").statusCode()).isEqualTo(401);
    assertThat(get("/status?token=" + token).statusCode()).isEqualTo(200);
  }

  @Test
  void healthFailsWithReasons() throws Exception {
    serve(
        "0",
        () -> List.of(report().toBuilder().workerStatus(WorkerState.FAULTY).reason("Why.").build()),
        Optional.empty());
    HttpResponse<String> health = get("/health");
    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(health.body()).contains("\"failing\"", "s _v: it is Faulty: Why.");
  }

  @Test
  void workersThatCannotBeAskedAreNoWorkersThatAreWell() throws Exception {
    serve(
        "0",
        () -> {
          throw new IllegalStateException("the disk is gone");
        },
        Optional.empty());
    for (String path : List.of("/health", "/status", "/metrics")) {
      HttpResponse<String> response = get(path);
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("the disk is gone");
    }
    assertThat(get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void aPortThatIsTakenIsSaid() throws Exception {
    serve("0", List::of, Optional.empty());
    assertThatThrownBy(
            () ->
                StatusServer.start(
                    new ListenAddress(InetAddress.getLoopbackAddress(), server.uri().getPort()),
                    List::of,
                    Optional.empty(),
                    Clock.systemUTC()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Choose another with --listen");
  }
}
