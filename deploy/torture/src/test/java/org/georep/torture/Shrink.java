package org.georep.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a failing log smaller: without its faults, then without its first rounds' quiet points,
 * then without ever smaller chunks of its operations, as long as what is left still fails and time
 * is left.
 */
final class Shrink {
  /** Tells whether steps still fail. */
  interface Trial {
    boolean fails(List<Step> steps) throws IOException, InterruptedException;
  }

  private final Trial trial;
  private final long deadlineNanos;
  private int trials;

  /**
   * @param deadlineNanos by {@link System#nanoTime}
   */
  Shrink(Trial trial, long deadlineNanos) {
    this.trial = trial;
    this.deadlineNanos = deadlineNanos;
  }

  /** Returns the smallest list found that fails; the given one if none of fewer steps does. */
  List<Step> smallest(List<Step> failing) throws IOException, InterruptedException {
    List<Step> best = failing;
    best = better(best, best.stream().filter(step -> !(step instanceof Step.Break)).toList());
    best = better(best, merged(best));
    int chunk = best.size() / 2;
    while (chunk > 0 && isTimeLeft()) {
      int before = best.size();
      for (int from = 0; from < best.size() && isTimeLeft(); ) {
        List<Step> without = new ArrayList<>(best.subList(0, from));
        for (int i = from; i < best.size(); i++) {
          // The last quiet point is where it shows.
          if (i >= from + chunk || i == best.size() - 1) {
            without.add(best.get(i));
          }
        }
        List<Step> smaller = better(best, without);
        if (smaller == best) {
          from += chunk;
        }
        best = smaller;
      }
      if (best.size() == before || chunk > 1) {
        chunk /= 2;
      }
    }
    return best;
  }

  /** All in one round. */
  private static List<Step> merged(List<Step> steps) {
    List<Step> merged = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      if (i == steps.size() - 1 || !(steps.get(i) instanceof Step.Quiet)) {
        merged.add(steps.get(i));
      }
    }
    return merged;
  }

  private List<Step> better(List<Step> best, List<Step> candidate)
      throws IOException, InterruptedException {
    if (candidate.size() >= best.size() || !isTimeLeft()) {
      return best;
    }
    trials++;
    return trial.fails(candidate) ? candidate : best;
  }

  private boolean isTimeLeft() {
    return System.nanoTime() - deadlineNanos < 0;
  }

  /** Returns how often it tried. */
  int trials() {
    return trials;
  }
}
