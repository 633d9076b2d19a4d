package org.georep.status.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerState;

/**
 * Whether all is well: every worker that should run is Active or Passive, its lag is known, and it
 * has reported lately. A worker that was stopped, paused or never started should not run; one that
 * stopped for a reason should. Entries in quarantine are no failure of the whole, but said.
 *
 * @param verdict what it comes to
 * @param reasons why not all is well, a sentence each
 */
public record Health(Verdict verdict, List<String> reasons) {
  /** Workers report every few seconds; one that is silent for so long has hung. */
  private static final Duration SILENT = Duration.ofSeconds(30);

  /** What it comes to. */
  public enum Verdict {
    OK("ok"),
    /** Replication goes on, without some entries. */
    DEGRADED("degraded"),
    FAILING("failing");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** Returns it as in the JSON. */
    public String text() {
      return text;
    }
  }

  /** Copies its list. */
  public Health {
    reasons = List.copyOf(reasons);
  }

  /** Judges the workers by their reports. */
  public static Health of(List<WorkerReport> reports, Instant now) {
    List<String> failing = new ArrayList<>();
    List<String> degraded = new ArrayList<>();
    for (WorkerReport report : reports) {
      String who = report.session() + " " + report.volume() + ": ";
      trouble(report, now).ifPresent(why -> failing.add(who + why));
      if (report.quarantined() != null && report.quarantined() > 0) {
        degraded.add(
            who
                + report.quarantined()
                + (report.quarantined() == 1 ? " entry is" : " entries are")
                + " in quarantine. See: georep quarantine list "
                + report.session());
      }
    }
    Verdict verdict =
        !failing.isEmpty() ? Verdict.FAILING : degraded.isEmpty() ? Verdict.OK : Verdict.DEGRADED;
    failing.addAll(degraded);
    return new Health(verdict, failing);
  }

  private static Optional<String> trouble(WorkerReport report, Instant now) {
    WorkerState state = report.workerStatus();
    if (state == null) {
      return Optional.of("its state is not known.");
    }
    return switch (state) {
      case NOT_STARTED, PAUSED -> Optional.empty();
      case STOPPED -> Optional.ofNullable(report.reason()).map(why -> "it is stopped: " + why);
      case FAULTY ->
          Optional.of("it is Faulty" + (report.reason() == null ? "." : ": " + report.reason()));
      case INITIALIZING -> Optional.of("it is still initializing.");
      case ACTIVE, PASSIVE -> ofRunning(report, now);
    };
  }

  private static Optional<String> ofRunning(WorkerReport report, Instant now) {
    if (report.updated() == null || report.updated().isBefore(now.minus(SILENT))) {
      return Optional.of(
          "it has not reported for more than "
              + SILENT.toSeconds()
              + " s"
              + because(report, ". See: georep doctor"));
    }
    return report.lagSeconds() == null
        ? Optional.of("its lag is not known" + because(report, " (yet)."))
        : Optional.empty();
  }

  private static String because(WorkerReport report, String otherwise) {
    return report.reason() == null ? otherwise : ": " + report.reason();
  }

  /** Returns it as JSON. */
  ObjectNode toJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("status", verdict.text());
    ArrayNode all = node.putArray("reasons");
    reasons.forEach(all::add);
    return node;
  }
}
