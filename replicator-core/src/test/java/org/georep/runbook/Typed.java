package org.georep.runbook;

import java.util.LinkedHashMap;
import java.util.Map;
import org.georep.cli.Launcher;

/** What came of a block's commands. */
final class Typed {
  private final Map<Runbook.Command, Launcher.Result> results = new LinkedHashMap<>();

  void add(Runbook.Command command, Launcher.Result result) {
    results.put(command, result);
  }

  /** Returns what a command said, on both streams. */
  String of(String text) {
    return results.entrySet().stream()
        .filter(each -> each.getKey().text().equals(text))
        .map(each -> each.getValue().out() + each.getValue().err())
        .findFirst()
        .orElseThrow(() -> new AssertionError(text + " is none of " + results.keySet()));
  }
}
