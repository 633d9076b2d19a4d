package org.georep.replicator.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.protocol.Aspect;
import org.georep.protocol.Trait;

/** Differences and figures as programs read them. */
public final class VerifyJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private VerifyJson() {}

  /** Returns a difference as JSON. */
  public static ObjectNode of(Difference difference) {
    ObjectNode node = JSON.objectNode();
    node.put("path", difference.path().toString());
    node.put("path_bytes", difference.path().toBase64());
    ArrayNode traits = node.putArray("differences");
    for (Trait trait : difference.traits()) {
      traits
          .addObject()
          .put("what", trait.aspect().word())
          .put("primary", trait.primary())
          .put("secondary", trait.secondary());
    }
    difference.mended().ifPresent(done -> node.put("mended", done));
    return node;
  }

  /**
   * Returns the difference of JSON.
   *
   * @throws IOException if it is none
   */
  public static Difference difference(JsonNode node) throws IOException {
    try {
      List<Trait> traits = new ArrayList<>();
      for (JsonNode trait : node.path("differences")) {
        traits.add(
            new Trait(
                aspect(trait.path("what").asText()),
                trait.path("primary").asText(),
                trait.path("secondary").asText()));
      }
      return new Difference(
          EntryPath.parse(Base64.getDecoder().decode(node.path("path_bytes").asText())),
          traits,
          node.has("mended") ? Optional.of(node.get("mended").asBoolean()) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new IOException("A difference is not understood; use one version of georep.", e);
    }
  }

  private static Aspect aspect(String word) {
    for (Aspect aspect : Aspect.values()) {
      if (aspect.word().equals(word)) {
        return aspect;
      }
    }
    throw new IllegalArgumentException("no aspect: " + word);
  }

  /** Returns figures as JSON. */
  public static ObjectNode of(VerifyFigures figures) {
    ObjectNode node = JSON.objectNode();
    node.put("directories", figures.directories());
    node.put("entries", figures.entries());
    node.put("entries_expected", figures.expected());
    node.put("files_read", figures.files());
    node.put("bytes_read", figures.bytes());
    node.put("differences_found", figures.differences());
    node.put("differences_mended", figures.mended());
    node.put("unsettled", figures.unsettled());
    node.put("waiting", figures.waiting());
    node.put("seconds", figures.elapsed().toMillis() / 1000.0);
    return node;
  }

  /** Returns the figures of JSON. */
  public static VerifyFigures figures(JsonNode node) {
    return new VerifyFigures(
        node.path("directories").asLong(),
        node.path("entries").asLong(),
        node.path("entries_expected").asLong(),
        node.path("files_read").asLong(),
        node.path("bytes_read").asLong(),
        node.path("differences_found").asLong(),
        node.path("differences_mended").asLong(),
        node.path("unsettled").asLong(),
        node.path("waiting").asLong(),
        Duration.ofMillis(Math.round(node.path("seconds").asDouble() * 1000)));
  }
}
