package org.georep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What is measured, on two empty file systems: one or more values, smaller is better. */
enum Scenario {
  FIRST_SYNC(
      "first-sync",
      "first copy of %,d small files",
      "s",
      Relay.Link.PLAIN,
      false,
      FirstCopy::whole),
  LATENCY(
      "latency",
      "one small change, until it is visible",
      "ms",
      Relay.Link.PLAIN,
      false,
      Changes::small),
  APPEND(
      "append",
      "4 KB appended to a file that stays open, until they are visible",
      "ms",
      Relay.Link.PLAIN,
      false,
      Changes::appended),
  BURST(
      "burst",
      "20,000 new small files, until all are there",
      "s",
      Relay.Link.PLAIN,
      false,
      Changes::burst),
  RENAME(
      "rename",
      "a directory of 10,000 files renamed, until it is visible",
      "ms",
      Relay.Link.PLAIN,
      true,
      Changes::renamed),
  REWRITES(
      "rewrites",
      "500 writes of 4 KB into a file of 512 MB",
      "s",
      Relay.Link.PLAIN,
      true,
      Changes::rewritten),
  DELETE(
      "delete",
      "10,000 files deleted, until none is left",
      "s",
      Relay.Link.PLAIN,
      false,
      Changes::deleted),
  RESTART(
      "restart",
      "restart with %,d files after 50 changes and a deletion",
      "s",
      Relay.Link.PLAIN,
      false,
      Restart::stopped),
  RESTART_CAPTURED(
      "restart-captured",
      "the same while changes were captured",
      "s",
      Relay.Link.PLAIN,
      false,
      Restart::captured),
  RESTART_LARGE(
      "gap",
      "restart with 1,000,000 files after 50 changes and a deletion",
      "s",
      Relay.Link.PLAIN,
      false,
      Restart::large),
  MEMORY(
      "memory",
      "anonymous memory of all processes with %,d files",
      "MB",
      Relay.Link.PLAIN,
      false,
      Cost::memory),
  APPLICATION(
      "application",
      "an application writes 100,000 files while changes are captured",
      "s",
      Relay.Link.PLAIN,
      false,
      Cost::application),
  WIDE_FILES(
      "wide-files",
      "80 ms, 100 Mbit/s: first copy of 20,000 files that do not compress",
      "s",
      Relay.Link.WIDE,
      true,
      FirstCopy::wide),
  WIDE_TEXT(
      "wide-text",
      "80 ms, 100 Mbit/s: first copy of 20,000 files of text",
      "s",
      Relay.Link.WIDE,
      true,
      FirstCopy::wideText),
  WIDE_CHANGE(
      "wide-change",
      "80 ms, 100 Mbit/s: one small change, until it is visible",
      "ms",
      Relay.Link.WIDE,
      true,
      Changes::few),
  WIDE_RENAME(
      "wide-rename",
      "80 ms, 100 Mbit/s: a directory of 10,000 files renamed",
      "ms",
      Relay.Link.WIDE,
      true,
      Changes::renamed);

  /** Measures; no values if the peer cannot do it. */
  interface Measure {
    List<Double> of(Trial trial) throws IOException, InterruptedException;
  }

  private final String title;
  private final String about;
  private final String unit;

  @SuppressWarnings("Immutable") // a record of values
  private final Relay.Link link;

  private final boolean counted;

  @SuppressWarnings("Immutable") // a function without state
  private final Measure measure;

  Scenario(
      String title, String about, String unit, Relay.Link link, boolean counted, Measure measure) {
    this.title = title;
    this.about = about;
    this.unit = unit;
    this.link = link;
    this.counted = counted;
    this.measure = measure;
  }

  String title() {
    return title;
  }

  /** Returns what is done, in a few words, where it may be about so many files. */
  String about(int files) {
    return String.format(Locale.ROOT, about, files);
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

  /**
   * Returns whether a peer takes part without having been asked for: not where it copies a million
   * files first, which takes some an hour, and is compared with rsync alone.
   */
  boolean isUsualFor(Peer peer) {
    return this != RESTART_LARGE || peer.name().equals("rsync") || Work.isGeorep(peer.name());
  }

  /** Returns whether it is about sending contents, so that it matters what carries them. */
  boolean isOfContents() {
    return switch (this) {
      case FIRST_SYNC, BURST, REWRITES, WIDE_FILES, WIDE_TEXT -> true;
      default -> false;
    };
  }

  /** Returns of how many rounds it is, of so many asked for. */
  int rounds(int most) {
    return switch (this) {
      case LATENCY, APPEND -> 1; // each is many measurements
      case MEMORY, RESTART_LARGE -> 1; // nothing of chance in the one, a quarter of an hour each
      default -> link.isSlow() ? Math.min(2, most) : most;
    };
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
