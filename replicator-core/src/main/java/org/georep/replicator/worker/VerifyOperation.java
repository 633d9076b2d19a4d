package org.georep.replicator.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.georep.name.EntryPath;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.verify.ConflictJson;
import org.georep.replicator.verify.Difference;
import org.georep.replicator.verify.Verifier;
import org.georep.replicator.verify.VerifyDesk;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyJson;
import org.georep.replicator.verify.VerifyListener;
import org.georep.replicator.verify.VerifyOptions;

/**
 * {@code verify} and {@code conflicts} of the control socket. The first takes {@code deep} and
 * {@code repair}, says lines with {@code progress} or {@code difference}, and answers with {@code
 * figures}; the second says lines with {@code conflict}.
 */
final class VerifyOperation {
  private final Verifier verifier;
  private final VerifyDesk desk;

  VerifyOperation(Verifier verifier, VerifyDesk desk) {
    this.verifier = verifier;
    this.desk = desk;
  }

  /** Returns operations with these two. */
  Map<String, ControlSocket.Handler> with(Map<String, ControlSocket.Handler> others) {
    Map<String, ControlSocket.Handler> all = new HashMap<>(others);
    all.put("verify", (ControlSocket.Telling) this::verify);
    all.put("conflicts", (ControlSocket.Telling) this::conflicts);
    return all;
  }

  private ObjectNode verify(JsonNode request, ControlSocket.Lines lines) throws IOException {
    VerifyOptions options =
        VerifyOptions.whole(request.path("deep").asBoolean(), request.path("repair").asBoolean());
    VerifyListener listener =
        new VerifyListener() {
          @Override
          public void progress(VerifyFigures figures) throws IOException {
            lines.tell(line("progress", VerifyJson.of(figures)));
          }

          @Override
          public void difference(Difference difference) throws IOException {
            lines.tell(line("difference", VerifyJson.of(difference)));
          }
        };
    try {
      return line("figures", VerifyJson.of(verifier.verify(options, listener).figures()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The session ends.", e);
    }
  }

  private ObjectNode conflicts(JsonNode request, ControlSocket.Lines lines) throws IOException {
    try {
      EntryPath after = EntryPath.ROOT;
      while (true) {
        Reply.Conflicts found = desk.ask(new Request.ListConflicts(after), Reply.Conflicts.class);
        for (Reply.Conflict conflict : found.found()) {
          lines.tell(line("conflict", ConflictJson.of(conflict)));
          after = conflict.path();
        }
        if (found.found().isEmpty()) {
          return JsonNodeFactory.instance.objectNode();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The session ends.", e);
    }
  }

  private static ObjectNode line(String key, ObjectNode value) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.set(key, value);
    return line;
  }
}
