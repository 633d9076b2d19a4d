package org.georep.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What was measured, kept as JSON, so that it can be drawn again. A work that is measured again
 * takes the place of what was kept of it, whichever peers took part. For one thread.
 */
final class Results {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Work> works = new LinkedHashMap<>();

  private Results(Path file) {
    this.file = file;
  }

  /** Reads what is kept in a file; nothing, if there is none. */
  static Results open(Path file) throws IOException {
    Results results = new Results(file);
    if (Files.exists(file)) {
      for (JsonNode node : JSON.readTree(file.toFile()).path("works")) {
        Work work = work(node);
        results.works.put(work.title(), work);
      }
    }
    return results;
  }

  /** Returns all works, in the scenarios' order. */
  List<Work> works() {
    List<Work> ordered = new ArrayList<>();
    for (Scenario scenario : Scenario.values()) {
      Work work = works.get(scenario.title());
      if (work != null) {
        ordered.add(work);
      }
    }
    return ordered;
  }

  /** Keeps a work, on disk too. */
  void keep(Work work) throws IOException {
    works.put(work.title(), work);
    ObjectNode root = JSON.createObjectNode();
    ArrayNode list = root.putArray("works");
    works().forEach(each -> list.add(node(each)));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }

  private static ObjectNode node(Work work) {
    ObjectNode node = JSON.createObjectNode();
    node.put("work", work.title()).put("about", work.about()).put("unit", work.unit());
    node.put("measured", work.measured()).put("machine", work.machine());
    ObjectNode peers = node.putObject("peers");
    work.peers()
        .forEach(
            (peer, runs) -> {
              ArrayNode list = peers.putArray(peer);
              runs.forEach(run -> list.add(node(run)));
            });
    return node;
  }

  private static ObjectNode node(Outcome run) {
    ObjectNode node = JSON.createObjectNode();
    ArrayNode values = node.putArray("values");
    run.values().forEach(values::add);
    node.put("cpu_seconds", run.cpuSeconds()).put("anonymous_bytes", run.memory());
    run.sent().ifPresent(bytes -> node.put("sent_bytes", bytes));
    return node;
  }

  private static Work work(JsonNode node) {
    Map<String, List<Outcome>> peers = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> peer : node.path("peers").properties()) {
      List<Outcome> runs = new ArrayList<>();
      peer.getValue().forEach(run -> runs.add(outcome(run)));
      peers.put(peer.getKey(), runs);
    }
    return new Work(
        node.path("work").asText(),
        node.path("about").asText(),
        node.path("unit").asText(),
        node.path("measured").asText(),
        node.path("machine").asText(),
        peers);
  }

  private static Outcome outcome(JsonNode node) {
    List<Double> values = new ArrayList<>();
    node.path("values").forEach(value -> values.add(value.asDouble()));
    JsonNode sent = node.path("sent_bytes");
    return new Outcome(
        values,
        node.path("cpu_seconds").asDouble(),
        node.path("anonymous_bytes").asLong(),
        sent.isNumber() ? OptionalLong.of(sent.asLong()) : OptionalLong.empty());
  }
}
