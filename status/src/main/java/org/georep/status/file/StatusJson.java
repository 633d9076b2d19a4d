package org.georep.status.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Optional;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.EventReport;
import org.georep.status.report.WorkerReport;

/** Reports as JSON: every key always there, unknown keys and values passed over when reading. */
public final class StatusJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
          // Times are exact to the nanosecond also on their way through a tree.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private StatusJson() {}

  /** Returns a report as one line of JSON, ended by a newline, in UTF-8. */
  public static byte[] bytes(WorkerReport report) {
    try {
      byte[] json = MAPPER.writeValueAsBytes(report);
      byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      return line;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report is not writable as JSON", e);
    }
  }

  /** Returns a report as a tree. */
  public static JsonNode tree(WorkerReport report) {
    return MAPPER.valueToTree(report);
  }

  /** Returns a checkpoint as a tree. */
  public static JsonNode tree(CheckpointReport checkpoint) {
    return MAPPER.valueToTree(checkpoint);
  }

  /** Returns an event as a tree. */
  public static JsonNode tree(EventReport event) {
    return MAPPER.valueToTree(event);
  }

  /** Parses an event; nothing if it is none, or of a kind that a later version added. */
  public static Optional<EventReport> event(String json) {
    try {
      return Optional.ofNullable(MAPPER.readValue(json, EventReport.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * Parses a report.
   *
   * @throws IOException if it is no JSON object
   */
  public static WorkerReport parse(byte[] json) throws IOException {
    WorkerReport report = MAPPER.readValue(json, WorkerReport.class);
    if (report == null) {
      throw new IOException("a status is a JSON object, not null");
    }
    return report;
  }

  /**
   * Parses a report out of a tree.
   *
   * @throws IOException if it is no JSON object
   */
  public static WorkerReport parse(JsonNode tree) throws IOException {
    return MAPPER.treeToValue(tree, WorkerReport.class);
  }
}
