package org.georep.replicator.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a running session does when {@code session.yaml} changed and it is told {@code reload}: it
 * takes over limits and filter. It answers with the keys that it goes on with, {@code live}, which
 * are the same whoever asks first, and whether that is all there is to it, {@code complete}; what
 * is left takes a start.
 */
final class ReloadOperation {
  private static final Logger log = LoggerFactory.getLogger(ReloadOperation.class);

  private final Libc libc;
  private final SessionDirectory session;
  private final LiveSettings live;

  ReloadOperation(Libc libc, SessionDirectory session, LiveSettings live) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.session = Objects.requireNonNull(session, "session is null");
    this.live = Objects.requireNonNull(live, "live is null");
  }

  /** Returns operations with this one. */
  Map<String, ControlSocket.Handler> with(Map<String, ControlSocket.Handler> others) {
    Map<String, ControlSocket.Handler> all = new HashMap<>(others);
    all.put("reload", this::reload);
    return all;
  }

  private ObjectNode reload(JsonNode request) throws IOException {
    SessionConfiguration wanted;
    try {
      wanted =
          new SessionFile(libc, session.yaml())
              .read()
              .orElseThrow(() -> new IOException("The session's configuration is gone."));
    } catch (GeorepException e) {
      throw new IOException(e.getMessage(), e);
    }
    List<String> changed = live.take(wanted.settings());
    if (!changed.isEmpty()) {
      log.info("taken over from the changed configuration: {}", String.join(", ", changed));
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode keys = answer.putArray("live");
    LiveSettings.KEYS.forEach(keys::add);
    return answer.put("complete", live.covers(wanted.settings()));
  }
}
