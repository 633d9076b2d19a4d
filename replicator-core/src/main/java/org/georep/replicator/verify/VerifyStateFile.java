package org.georep.replicator.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;
import org.georep.posix.NewerFormatException;

/**
 * {@code VOLUME.verify}: a {@link VerifyState} as JSON with a format version, replaced atomically
 * and durably. One that cannot be read counts as none: then a round begins anew. One of a newer
 * format is refused. For one thread.
 */
public final class VerifyStateFile {
  private static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first("remove it: the round that is under way begins anew then");

  private final Path path;
  private final AtomicFile file;
  private final ObjectMapper json = new ObjectMapper();

  /** Keeps the state at this path. */
  public VerifyStateFile(Libc libc, Path path) {
    this.path = path;
    this.file = new AtomicFile(libc, Objects.requireNonNull(path, "path is null"));
  }

  /** Returns the state last written. */
  public VerifyState read() throws IOException {
    Optional<byte[]> content = file.read();
    if (content.isEmpty()) {
      return VerifyState.NONE;
    }
    try {
      JsonNode node = json.readTree(content.get());
      if (!FORMATS.reads(path, node.path("format").asLong())) {
        return VerifyState.NONE;
      }
      return new VerifyState(
          EntryPath.parse(Base64.getDecoder().decode(node.path("from").asText())),
          node.path("entries").asLong(),
          node.path("found").asLong(),
          node.path("last_entries").asLong(),
          node.path("last_found").asLong(),
          node.hasNonNull("last_success")
              ? Optional.of(Instant.parse(node.get("last_success").asText()))
              : Optional.empty());
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      return VerifyState.NONE;
    }
  }

  /** Replaces the state; durable when this returns. */
  public void write(VerifyState state) throws IOException {
    ObjectNode node = json.createObjectNode().put("format", FORMAT);
    node.put("from", state.from().toBase64());
    node.put("entries", state.entries());
    node.put("found", state.found());
    node.put("last_entries", state.lastEntries());
    node.put("last_found", state.lastFound());
    state.lastSuccess().ifPresent(at -> node.put("last_success", at.toString()));
    file.write((node + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
