package org.georep.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.testing.Waits;

/** A Prometheus that scrapes one georep each second, on loopback. */
final class Prometheus implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final int port;

  private Prometheus(Path program, Path directory, URI georep, Path rules) throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path configuration = directory.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: ["%s"]
        scrape_configs:
          - job_name: georep
            static_configs:
              - targets: ["%s"]
        """
            .formatted(rules.toAbsolutePath().normalize(), georep.getAuthority()));
    Path said = directory.resolve("said");
    process =
        new ProcessBuilder(
                program.toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    Waits.until(
        "Prometheus is ready",
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError(Files.readString(said));
          }
          try {
            return get("/-/ready").statusCode() == 200;
          } catch (ConnectException e) {
            return false;
          }
        });
  }

  /** Starts it; it works once it has scraped, which may be waited for. */
  static Prometheus start(Path program, Path directory, URI georep, Path rules) throws Exception {
    return new Prometheus(program, directory, georep, rules);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Returns the data of an answer of its interface. */
  JsonNode ask(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = get("/api/v1/" + path);
    JsonNode answer = new ObjectMapper().readTree(response.body());
    if (!answer.path("status").asText().equals("success")) {
      throw new AssertionError(path + ": " + response.body());
    }
    return answer.get("data");
  }

  /** Returns the series an expression comes to. */
  JsonNode query(String expression) throws IOException, InterruptedException {
    return ask("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
        .get("result");
  }

  /** Returns the state of an alert: inactive, pending or firing. */
  String alert(String name) throws IOException, InterruptedException {
    for (JsonNode rule : rules()) {
      if (rule.path("name").asText().equals(name)) {
        return rule.path("state").asText();
      }
    }
    throw new AssertionError("there is no alert " + name);
  }

  /** Returns all rules. */
  JsonNode rules() throws IOException, InterruptedException {
    return ask("rules").path("groups").path(0).path("rules");
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
