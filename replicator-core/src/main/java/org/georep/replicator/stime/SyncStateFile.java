package org.georep.replicator.stime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.changelog.journal.JournalPosition;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;
import org.georep.posix.NewerFormatException;
import org.jspecify.annotations.Nullable;

/**
 * {@code VOLUME.stime}: a {@link SyncState} as JSON with a format version, replaced atomically and
 * durably. A file that cannot be read counts as none: the cost is a crawl, not the truth. One of a
 * newer format is refused. For one thread.
 */
public final class SyncStateFile {
  private static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first("remove it: the next start compares both sides then");

  private final Path path;
  private final AtomicFile file;
  private final ObjectMapper json = new ObjectMapper();

  /** Keeps the state at this path. */
  public SyncStateFile(Libc libc, Path path) {
    this.path = path;
    this.file = new AtomicFile(libc, Objects.requireNonNull(path, "path is null"));
  }

  /** Returns the state last written; {@link SyncState#NONE} if there is none. */
  public SyncState read() throws IOException {
    Optional<byte[]> content = file.read();
    if (content.isEmpty()) {
      return SyncState.NONE;
    }
    try {
      JsonNode node = json.readTree(content.get());
      if (!FORMATS.reads(path, node.path("format").asLong())) {
        return SyncState.NONE;
      }
      return new SyncState(
          text(node, "stime").map(Instant::parse),
          text(node, "position").map(JournalPosition::parse),
          text(node, "capture").map(UUID::fromString));
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      return SyncState.NONE;
    }
  }

  private static Optional<String> text(JsonNode node, String key) {
    @Nullable JsonNode value = node.get(key);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value.asText());
  }

  /**
   * Returns what the filter is known by that the state last written was reached with: what it left
   * out then is not in step. Empty without a filter.
   */
  public String filter() throws IOException {
    Optional<byte[]> content = file.read();
    try {
      return content.isEmpty() ? "" : text(json.readTree(content.get()), "filter").orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /** Replaces the state of a session without a filter; durable when this returns. */
  public void write(SyncState state) throws IOException {
    write(state, "");
  }

  /**
   * Replaces the state; durable when this returns.
   *
   * @param filter what the filter is known by that it was reached with
   */
  public void write(SyncState state, String filter) throws IOException {
    ObjectNode node = json.createObjectNode().put("format", FORMAT);
    state.stime().ifPresent(stime -> node.put("stime", stime.toString()));
    state.position().ifPresent(position -> node.put("position", position.toString()));
    state.capture().ifPresent(capture -> node.put("capture", capture.toString()));
    if (!filter.isEmpty()) {
      node.put("filter", filter);
    }
    file.write((node + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
