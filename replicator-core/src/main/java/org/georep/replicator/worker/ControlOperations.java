package org.georep.replicator.worker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.function.Supplier;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.QuarantineSelection;
import org.georep.status.file.StatusJson;
import org.georep.status.report.WorkerReport;

/** What a running session does when its control socket is asked. */
final class ControlOperations {
  private ControlOperations() {}

  /**
   * Returns the operations.
   *
   * @param status answers {@code status}, as {@code status}
   * @param stop carries out {@code stop}; must return at once
   * @param quarantine for {@code quarantine-retry} and {@code quarantine-drop}, which take {@code
   *     paths}, as {@code quarantine list} shows them, none for all; they answer with {@code
   *     entries}, how many there were
   * @param wake called when there is something to retry
   */
  static Map<String, ControlSocket.Handler> of(
      Supplier<WorkerReport> status, Runnable stop, Quarantine quarantine, Runnable wake) {
    return Map.of(
        "status",
        request -> answer().set("status", StatusJson.tree(status.get())),
        "stop",
        request -> {
          stop.run();
          return answer();
        },
        "quarantine-retry",
        request -> {
          int entries = quarantine.retry(QuarantineSelection.ofRequest(request));
          wake.run();
          return answer().put("entries", entries);
        },
        "quarantine-drop",
        request ->
            answer().put("entries", quarantine.drop(QuarantineSelection.ofRequest(request))));
  }

  private static ObjectNode answer() {
    return JsonNodeFactory.instance.objectNode();
  }
}
