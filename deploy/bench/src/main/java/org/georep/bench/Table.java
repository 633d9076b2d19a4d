package org.georep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, in Markdown. */
final class Table {
  private static final double MEGABYTE = 1e6;
  private static final double KILOBYTE = 1e3;
  private static final double TAIL = 0.99;

  private Table() {}

  /** Returns a scenario's table; the ratio is to the first peer. */
  static String of(Scenario scenario, Map<String, List<Outcome>> outcomes) {
    boolean many =
        outcomes.values().stream()
            .anyMatch(runs -> runs.stream().anyMatch(run -> run.values().size() >= 100));
    StringBuilder text = new StringBuilder(256);
    text.append("\n### ").append(scenario.title()).append(" (").append(scenario.unit());
    text.append(")\n\n| peer | median |").append(many ? " p99 |" : "");
    text.append(" ratio | each run | CPU s | RssAnon MB | sent KB |\n");
    text.append("|---|---:|").append(many ? "---:|" : "").append("---:|---|---:|---:|---:|\n");
    double base = 0;
    for (Map.Entry<String, List<Outcome>> entry : outcomes.entrySet()) {
      List<Outcome> runs = entry.getValue();
      List<Double> medians = runs.stream().map(run -> Scenario.median(run.values())).toList();
      double median = Scenario.median(medians);
      base = base == 0 ? median : base;
      text.append("| ").append(entry.getKey()).append(" | ").append(number(median)).append(" | ");
      if (many) {
        List<Double> all = new ArrayList<>();
        runs.forEach(run -> all.addAll(run.values()));
        text.append(number(Scenario.quantile(all, TAIL))).append(" | ");
      }
      text.append(number(median / base)).append(" |");
      medians.forEach(value -> text.append(' ').append(number(value)));
      text.append(" | ").append(number(middle(runs.stream().map(Outcome::cpuSeconds).toList())));
      text.append(" | ");
      text.append(number(middle(runs.stream().map(run -> run.memory() / MEGABYTE).toList())));
      text.append(" | ").append(sent(runs)).append(" |\n");
    }
    return text.toString();
  }

  private static double middle(List<Double> values) {
    return Scenario.median(values);
  }

  private static String sent(List<Outcome> runs) {
    List<Double> known = new ArrayList<>();
    runs.forEach(run -> run.sent().ifPresent(bytes -> known.add(bytes / KILOBYTE)));
    return known.isEmpty() ? "" : number(Scenario.median(known));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
