package org.georep.replicator.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;
import org.georep.posix.NewerFormatException;
import org.georep.status.report.CheckpointStanding;

/**
 * {@code VOLUME.checkpoints}: {@link Outcomes} as JSON with a format version, replaced atomically
 * and durably, by the worker that holds the session. Anyone may read. One that cannot be read
 * counts as empty: then what is reached is found reached again, with a later time. One of a newer
 * format is refused.
 */
final class OutcomesFile {
  private static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first("remove it: checkpoints are found reached again, with a later time");

  private final Path path;
  private final AtomicFile file;
  private final ObjectMapper json = new ObjectMapper();

  OutcomesFile(Libc libc, Path path) {
    this.path = path;
    this.file = new AtomicFile(libc, Objects.requireNonNull(path, "path is null"));
  }

  Outcomes read() throws IOException {
    Optional<byte[]> content = file.read();
    if (content.isEmpty()) {
      return Outcomes.NONE;
    }
    try {
      JsonNode node = json.readTree(content.get());
      if (!FORMATS.reads(path, node.path("format").asLong())) {
        return Outcomes.NONE;
      }
      Map<String, Outcome> outcomes = new TreeMap<>();
      for (Map.Entry<String, JsonNode> field : node.path("outcomes").properties()) {
        outcomes.put(
            field.getKey(),
            new Outcome(
                CheckpointStanding.valueOf(field.getValue().path("standing").asText()),
                Instant.parse(field.getValue().path("since").asText())));
      }
      return new Outcomes(
          outcomes,
          node.hasNonNull("reset")
              ? Optional.of(Instant.parse(node.get("reset").asText()))
              : Optional.empty());
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      return Outcomes.NONE;
    }
  }

  void write(Outcomes outcomes) throws IOException {
    ObjectNode node = json.createObjectNode().put("format", FORMAT);
    outcomes.reset().ifPresent(moment -> node.put("reset", moment.toString()));
    ObjectNode all = node.putObject("outcomes");
    outcomes
        .byId()
        .forEach(
            (id, outcome) ->
                all.putObject(id)
                    .put("standing", outcome.standing().name())
                    .put("since", outcome.since().toString()));
    file.write((node + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
