package org.georep.replicator.worker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.function.Supplier;
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
   */
  static Map<String, ControlSocket.Handler> of(Supplier<WorkerReport> status, Runnable stop) {
    return Map.of(
        "status",
        request -> answer().set("status", StatusJson.tree(status.get())),
        "stop",
        request -> {
          stop.run();
          return answer();
        });
  }

  private static ObjectNode answer() {
    return JsonNodeFactory.instance.objectNode();
  }
}
