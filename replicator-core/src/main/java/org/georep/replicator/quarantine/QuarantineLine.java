package org.georep.replicator.quarantine;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.FileFormat;
import org.georep.status.report.EpochSeconds;

/**
 * A line of the quarantine's file: a JSON object ended by a newline. The first line says the
 * format; every other one an entry as it is from then on, or, with {@code resolved}, that its
 * subject left.
 */
public final class QuarantineLine {
  static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first(
          "move it and the session's .stime file away: the next start compares both sides then, and"
              + " finds again what is in it");
  private static final JsonNodeFactory EXACT = new JsonNodeFactory(true);
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .setNodeFactory(EXACT)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);

  private QuarantineLine() {}

  static byte[] header() {
    return line(EXACT.objectNode().put("georep_quarantine", FORMAT));
  }

  /**
   * Checks the first line.
   *
   * @param file as people know it
   * @throws org.georep.posix.NewerFormatException if the file is of a newer format
   * @throws IOException if it is no quarantine's
   */
  static void checkHeader(String file, JsonNode line) throws IOException {
    if (!FORMATS.reads(file, line.path("georep_quarantine").asLong(0))) {
      throw new IOException("it is no quarantine file");
    }
  }

  static byte[] entry(QuarantineEntry entry) {
    return line(toJson(entry));
  }

  static byte[] resolved(Subject subject) {
    ObjectNode node = EXACT.objectNode().put("resolved", true);
    putSubject(node, subject);
    return line(node);
  }

  private static byte[] line(ObjectNode node) {
    try {
      return (MAPPER.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an entry is not writable as JSON", e);
    }
  }

  /** Returns an entry as programs read it. */
  public static ObjectNode toJson(QuarantineEntry entry) {
    Failure failure = entry.failure();
    ObjectNode node = EXACT.objectNode();
    node.put("path", failure.path().map(EntryPath::toString).orElse(null));
    node.put("path_bytes", failure.path().map(EntryPath::toBase64).orElse(null));
    putSubject(node, failure.subject());
    failure.place().ifPresent(place -> putPlace(node, place));
    node.put("reason", failure.reason());
    node.put("errno", failure.errno());
    node.put("first", EpochSeconds.of(entry.first()));
    node.put("last", EpochSeconds.of(entry.last()));
    node.put("tries", entry.tries());
    node.put("next", EpochSeconds.of(entry.next()));
    return node;
  }

  private static void putSubject(ObjectNode node, Subject subject) {
    if (subject instanceof Subject.Inode inode) {
      node.put("gfid", inode.gfid().toString());
    } else if (subject instanceof Subject.Name name) {
      putPlace(node, name.place());
    }
  }

  private static void putPlace(ObjectNode node, Place place) {
    node.put("directory", place.directory().toString());
    node.put("name", place.name().toString());
    node.put("name_bytes", place.name().toBase64());
  }

  static JsonNode parse(byte[] line) throws IOException {
    JsonNode node = MAPPER.readTree(line);
    if (node == null || !node.isObject()) {
      throw new IOException("a line is no JSON object");
    }
    return node;
  }

  static boolean isResolved(JsonNode line) {
    return line.path("resolved").asBoolean(false);
  }

  /**
   * Returns the subject a line speaks of.
   *
   * @throws IOException if it names none
   */
  static Subject subject(JsonNode line) throws IOException {
    try {
      if (line.has("gfid")) {
        return Subject.of(Gfid.parse(line.path("gfid").asText()));
      }
      return Subject.of(place(line));
    } catch (IllegalArgumentException e) {
      throw new IOException("a line names no inode and no name", e);
    }
  }

  private static Place place(JsonNode line) {
    byte[] name = Base64.getDecoder().decode(line.path("name_bytes").asText());
    return new Place(Gfid.parse(line.path("directory").asText()), FileName.of(name));
  }

  /**
   * Returns the entry of a line.
   *
   * @throws IOException if it holds none
   */
  static QuarantineEntry entry(JsonNode line) throws IOException {
    Subject subject = subject(line);
    try {
      Optional<EntryPath> path =
          line.path("path_bytes").isTextual()
              ? Optional.of(
                  EntryPath.parse(Base64.getDecoder().decode(line.path("path_bytes").asText())))
              : Optional.empty();
      return new QuarantineEntry(
          new Failure(
              subject,
              path,
              line.path("reason").asText(),
              line.path("errno").asInt(),
              subject instanceof Subject.Inode && line.has("name_bytes")
                  ? Optional.of(place(line))
                  : Optional.empty()),
          time(line, "first"),
          time(line, "last"),
          line.path("tries").asLong(),
          time(line, "next"));
    } catch (IllegalArgumentException e) {
      throw new IOException("a line holds no whole entry", e);
    }
  }

  private static Instant time(JsonNode line, String key) {
    JsonNode value = line.path(key);
    if (!value.isNumber()) {
      throw new IllegalArgumentException("no time: " + key);
    }
    return EpochSeconds.parse(new BigDecimal(value.asText()));
  }
}
