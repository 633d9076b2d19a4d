package org.georep.replicator.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.Base64;
import java.util.Locale;
import org.georep.name.EntryPath;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.status.report.EpochSeconds;

/** What was set aside on a secondary, as programs read it. */
public final class ConflictJson {
  private static final JsonNodeFactory JSON = new JsonNodeFactory(true);

  private ConflictJson() {}

  /** Returns it as JSON; {@code path} is below {@code .georep/conflicts}. */
  public static ObjectNode of(Reply.Conflict conflict) {
    return JSON.objectNode()
        .put("path", conflict.path().toString())
        .put("path_bytes", conflict.path().toBase64())
        .put("kind", conflict.kind().name().toLowerCase(Locale.ROOT))
        .put("bytes", conflict.size())
        .put("mtime", EpochSeconds.of(conflict.mtime()));
  }

  /**
   * Returns that of JSON.
   *
   * @throws IOException if it is none
   */
  public static Reply.Conflict parse(JsonNode node) throws IOException {
    try {
      return new Reply.Conflict(
          EntryPath.parse(Base64.getDecoder().decode(node.path("path_bytes").asText())),
          Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
          node.path("bytes").asLong(),
          EpochSeconds.parse(new BigDecimal(node.path("mtime").asText())));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("A conflict is not understood; use one version of georep.", e);
    }
  }
}
