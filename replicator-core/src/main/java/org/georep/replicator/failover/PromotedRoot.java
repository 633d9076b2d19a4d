package org.georep.replicator.failover;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Shown;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;

/**
 * A secondary that was promoted on this host, as {@code STATE/SESSION/promoted} remembers it for
 * failing back: JSON with a format version, whole and durable when written.
 *
 * @param root where it is
 * @param host the old primary's host; empty for this one
 * @param primary the old primary's directory there; empty if it is not known
 */
public record PromotedRoot(byte[] root, String host, byte[] primary) {
  private static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first("promote the secondary again: georep promote ROOT");

  /** Checks its parts. */
  public PromotedRoot {
    Objects.requireNonNull(root, "root is null");
    Objects.requireNonNull(host, "host is null");
    Objects.requireNonNull(primary, "primary is null");
  }

  /** Reads the file, if there is one. */
  static Optional<PromotedRoot> read(Libc libc, Path path) throws IOException {
    Optional<byte[]> bytes =
        Files.exists(path) ? new AtomicFile(libc, path).read() : Optional.empty();
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    JsonNode node = new ObjectMapper().readTree(bytes.get());
    if (!FORMATS.reads(path, node.path("format").asLong())) {
      throw new IOException(path + " is damaged; promote the secondary again");
    }
    try {
      return Optional.of(
          new PromotedRoot(
              bytes(node, "root_bytes"), node.path("host").asText(), bytes(node, "primary_bytes")));
    } catch (IllegalArgumentException e) {
      throw new IOException(path + " is damaged; promote the secondary again", e);
    }
  }

  private static byte[] bytes(JsonNode node, String key) {
    return Base64.getDecoder().decode(node.path(key).asText());
  }

  /** Writes the file. */
  void write(Libc libc, Path path) throws IOException {
    ObjectNode node = new ObjectMapper().createObjectNode().put("format", FORMAT);
    node.put("root", Shown.of(root)).put("root_bytes", Base64.getEncoder().encodeToString(root));
    node.put("host", host).put("primary", Shown.of(primary));
    node.put("primary_bytes", Base64.getEncoder().encodeToString(primary));
    new AtomicFile(libc, path).write((node + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PromotedRoot that
        && Arrays.equals(root, that.root)
        && host.equals(that.host)
        && Arrays.equals(primary, that.primary);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(root), host, Arrays.hashCode(primary));
  }
}
