package org.georep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is measured, on two empty file systems: one or more values, smaller is better. */
enum Scenario {
  FIRST_SYNC("first-sync", "s", Relay.Link.PLAIN, false, FirstCopy::whole),
  LATENCY("latency", "ms", Relay.Link.PLAIN, false, Changes::small),
  APPEND("append", "ms", Relay.Link.PLAIN, false, Changes::appended),
  BURST("burst", "s", Relay.Link.PLAIN, false, Changes::burst),
  RENAME("rename", "ms", Relay.Link.PLAIN, true, Changes::renamed),
  REWRITES("rewrites", "s", Relay.Link.PLAIN, true, Changes::rewritten),
  DELETE("delete", "s", Relay.Link.PLAIN, false, Changes::deleted),
  RESTART("restart", "s", Relay.Link.PLAIN, false, Restart::stopped),
  RESTART_CAPTURED("restart-captured", "s", Relay.Link.PLAIN, false, Restart::captured),
  RESTART_LARGE("restart-large", "s", Relay.Link.PLAIN, false, Restart::large),
  MEMORY("memory", "MB", Relay.Link.PLAIN, false, Cost::memory),
  APPLICATION("application", "s", Relay.Link.PLAIN, false, Cost::application),
  WIDE_FILES("wide-files", "s", Relay.Link.WIDE, true, FirstCopy::wide),
  WIDE_TEXT("wide-text", "s", Relay.Link.WIDE, true, FirstCopy::wideText),
  WIDE_CHANGE("wide-change", "ms", Relay.Link.WIDE, true, Changes::few),
  WIDE_RENAME("wide-rename", "ms", Relay.Link.WIDE, true, Changes::renamed);

  /** Measures; no values if the peer cannot do it. */
  interface Measure {
    List<Double> of(Trial trial) throws IOException, InterruptedException;
  }

  private final String title;
  private final String unit;

  @SuppressWarnings("Immutable") // a record of values
  private final Relay.Link link;

  private final boolean counted;

  @SuppressWarnings("Immutable") // a function without state
  private final Measure measure;

  Scenario(String title, String unit, Relay.Link link, boolean counted, Measure measure) {
    this.title = title;
    this.unit = unit;
    this.link = link;
    this.counted = counted;
    this.measure = measure;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  Relay.Link link() {
    return link;
  }

  /** Returns whether the peers go through a relay, which counts what they send. */
  boolean isCounted() {
    return counted;
  }

  /** Returns whether it is run without having been asked for: not where it takes an hour. */
  boolean isUsual() {
    return this != RESTART_LARGE;
  }

  List<Double> run(Trial trial) throws IOException, InterruptedException {
    return measure.of(trial);
  }

  static double median(List<Double> values) {
    return quantile(values, 0.5);
  }

  /** Returns the value below which a part of them lies. */
  static double quantile(List<Double> values, double part) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    double at = part * (sorted.size() - 1);
    double low = sorted.get((int) Math.floor(at));
    double high = sorted.get((int) Math.ceil(at));
    return low + (high - low) * (at - Math.floor(at));
  }
}
