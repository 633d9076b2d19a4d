package org.georep.status.metrics;

import io.micrometer.core.instrument.Tags;

/** One figure of one report as a metric. */
sealed interface Reading {
  /** Returns the metric's name, as Prometheus shows it but for {@code _count} and {@code _sum}. */
  String name();

  /** Returns its labels. */
  Tags tags();

  /** Returns what it says, for people. */
  String help();

  /** A figure that goes up and down; NaN if it is not known. */
  record Level(String name, Tags tags, String help, double value) implements Reading {}

  /** A figure that only goes up, or begins anew. */
  record Count(String name, Tags tags, String help, double value) implements Reading {}

  /** How often something was done, and how many seconds that took in all. */
  record Effort(String name, Tags tags, String help, long times, double seconds)
      implements Reading {}
}
