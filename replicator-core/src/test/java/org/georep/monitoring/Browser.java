package org.georep.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.georep.testing.Program;
import org.georep.testing.Waits;

/** A page in a headless Chromium, driven over its DevTools protocol. For one thread. */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<Integer, CompletableFuture<JsonNode>> awaited = new ConcurrentHashMap<>();
  private final AtomicInteger number = new AtomicInteger();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final WebSocket socket;

  private Browser(Path program, Path profile) throws Exception {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--window-size=1360,1000",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectError(profile.resolve("stderr").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path told = profile.resolve("DevToolsActivePort");
    Waits.until(
        "Chromium listens",
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError(Files.readString(profile.resolve("stderr")));
          }
          return Files.exists(told) && Files.readString(told).contains("\n");
        });
    String port = Files.readString(told).lines().findFirst().orElseThrow();
    JsonNode pages = JSON.readTree(get(URI.create("http://127.0.0.1:" + port + "/json/list")));
    String page = null;
    for (JsonNode one : pages) {
      if (one.path("type").asText().equals("page")) {
        page = one.path("webSocketDebuggerUrl").asText();
      }
    }
    socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create(Objects.requireNonNull(page)), new Listener())
            .get(30, TimeUnit.SECONDS);
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      call(domain + ".enable", Map.of());
    }
  }

  /** Returns Chromium's program, if it is installed. */
  static Optional<Path> find() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(name -> Program.find(name).stream())
        .findFirst();
  }

  /**
   * Starts it.
   *
   * @param profile a fresh directory
   */
  static Browser start(Path program, Path profile) throws Exception {
    return new Browser(program, profile);
  }

  private String get(URI uri) throws IOException, InterruptedException {
    return client
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder parts = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        String whole = parts.toString();
        parts.setLength(0);
        try {
          heard(JSON.readTree(whole));
        } catch (IOException e) {
          errors.add(e.toString());
        }
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void heard(JsonNode message) {
      CompletableFuture<JsonNode> answer = awaited.remove(message.path("id").asInt(-1));
      if (answer != null) {
        answer.complete(message);
        return;
      }
      JsonNode about = message.path("params");
      switch (message.path("method").asText()) {
        case "Network.requestWillBeSent" ->
            requests.add(about.path("request").path("url").asText());
        case "Runtime.exceptionThrown" -> errors.add(about.path("exceptionDetails").toString());
        case "Log.entryAdded" -> {
          JsonNode entry = about.path("entry");
          // An answer of 503 is what /health is to say.
          if (entry.path("level").asText().equals("error")
              && !entry.path("url").asText().endsWith("/health")) {
            errors.add(entry.toString());
          }
        }
        default -> {}
      }
    }
  }

  private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
    int id = number.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    awaited.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    socket.sendText(message.toString(), true).get(30, TimeUnit.SECONDS);
    JsonNode got = answer.get(30, TimeUnit.SECONDS);
    if (got.has("error")) {
      throw new AssertionError(method + ": " + got.get("error"));
    }
    return got.path("result");
  }

  /** Goes to a page. */
  void open(URI uri) throws Exception {
    call("Page.navigate", Map.of("url", uri.toString()));
  }

  /** Returns what an expression comes to, as JSON. */
  JsonNode evaluate(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Returns the text of the first element of a selector. */
  String text(String selector) throws Exception {
    return evaluate("document.querySelector(" + quote(selector) + ")?.textContent ?? ''").asText();
  }

  static String quote(String text) {
    return JSON.valueToTree(text).toString();
  }

  /** Clicks in the middle of the first element of a selector, with the mouse. */
  void click(String selector) throws Exception {
    JsonNode at =
        evaluate(
            "{const e = document.querySelector("
                + quote(selector)
                + "); e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
                + " [b.left + b.width / 2, b.top + b.height / 2]}");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              type,
              "x",
              at.get(0).asDouble(),
              "y",
              at.get(1).asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  /** Presses and releases a key. */
  void press(String key) throws Exception {
    Map<String, Integer> codes =
        Map.of("Tab", 9, "Enter", 13, "ArrowLeft", 37, "ArrowRight", 39, "Home", 36);
    int code = codes.get(key);
    Map<String, Object> down = new java.util.HashMap<>();
    down.putAll(Map.of("type", "keyDown", "key", key, "code", key, "windowsVirtualKeyCode", code));
    if (key.equals("Enter")) {
      down.put("text", "\r");
    }
    call("Input.dispatchKeyEvent", down);
    call(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
  }

  /** What the system says it prefers: light or dark. */
  void prefer(String scheme) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Keeps a picture of the page. */
  void picture(Path file) throws Exception {
    evaluate("scrollTo(0, 0)");
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    String data =
        call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true))
            .path("data")
            .asText();
    Files.write(file, Base64.getDecoder().decode(data));
  }

  /** Returns what was asked for so far. */
  List<String> requests() {
    return new ArrayList<>(requests);
  }

  /** Returns what went wrong in the page so far, its policy's violations among it. */
  List<String> errors() {
    return new ArrayList<>(errors);
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}
