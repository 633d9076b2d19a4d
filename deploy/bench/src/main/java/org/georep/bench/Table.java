package org.georep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, in Markdown. */
final class Table {
  private static final double MEGABYTE = 1e6;
  private static final double KILOBYTE = 1e3;
  private static final double TAIL = 0.99;

  /** Of so many values the worst one is told, and of so many the one in a hundred. */
  private static final int SOME = 20;

  private static final int MANY = 100;

  private Table() {}

  /** Returns a scenario's table; the ratio is to the fastest peer, or georep's first engine. */
  static String of(Work work) {
    int values =
        work.peers().keySet().stream().mapToInt(p -> work.values(p).size()).max().orElse(0);
    boolean tail = values >= SOME;
    double part = values >= MANY ? TAIL : 1;
    StringBuilder text = new StringBuilder(256);
    text.append("\n### ").append(work.title()).append(" (").append(work.unit());
    text.append("): ").append(work.about());
    text.append("\n\n| peer | median |");
    text.append(tail ? values >= MANY ? " p99 |" : " most |" : "");
    text.append(" ratio | each run | CPU s | RssAnon MB | KB sent each |\n");
    text.append("|---|---:|").append(tail ? "---:|" : "").append("---:|---|---:|---:|---:|\n");
    double base = work.reference().orElse(0);
    for (String peer : work.peers().keySet()) {
      List<Outcome> runs = work.runs(peer);
      double median = work.median(peer);
      base = base == 0 ? median : base;
      text.append("| ")
          .append(peer.replace("|", "\\|"))
          .append(" | ")
          .append(number(median))
          .append(" | ");
      if (tail) {
        text.append(number(work.quantile(peer, part))).append(" | ");
      }
      text.append(number(median / base)).append(" |");
      work.medians(peer).forEach(value -> text.append(' ').append(number(value)));
      text.append(" | ").append(middle(runs.stream().map(Outcome::cpuSeconds).toList()));
      text.append(" | ");
      text.append(middle(runs.stream().map(run -> run.memory() / MEGABYTE).toList()));
      text.append(" | ").append(sent(runs)).append(" |\n");
    }
    return text.toString();
  }

  /** Nothing costs nothing: what is 0 was not counted. */
  private static String middle(List<Double> values) {
    double median = Scenario.median(values);
    return median == 0 ? "" : number(median);
  }

  private static String sent(List<Outcome> runs) {
    List<Double> known = new ArrayList<>();
    runs.forEach(run -> run.sent().ifPresent(bytes -> known.add(bytes / KILOBYTE)));
    return known.isEmpty() ? "" : middle(known);
  }

  /** Returns a number with about three digits. */
  static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
