package org.georep.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run in one arena: rounds of operations and faults, each ended by a quiet point; made up from a
 * seed, or read from a log. It ends at the first quiet point that finds a break.
 */
final class Run {
  private static final Pattern CRAWL = Pattern.compile("crawling the whole volume: (.{1,120})");

  private final Path georep;
  private final Path directory;
  private final Path logFile;
  private final SetUp setUp;
  private final List<String> breaks = new ArrayList<>();
  private final Tally tally = new Tally();
  private long operations;
  private int refused;
  private long failedCalls;
  private Map<String, Integer> crawls = Map.of();

  /**
   * @param directory where arenas are made
   * @param logFile the operation log, written anew
   */
  Run(Path georep, Path directory, Path logFile, SetUp setUp) {
    this.georep = georep;
    this.directory = directory;
    this.logFile = logFile;
    this.setUp = setUp;
  }

  /** Makes up rounds until there are enough operations, or the time is over. */
  List<String> make(long enough, long deadlineNanos, List<Fault> allowed, double rate, Path keep)
      throws IOException, InterruptedException {
    Rounds rounds = new Rounds(setUp, allowed, rate);
    try (Arena arena = Arena.open(georep, setUp, directory);
        OperationLog log = new OperationLog(logFile, setUp);
        Faults faults = new Faults(arena, tally);
        Workload workload = new Workload(arena, log, faults, tally)) {
      while (breaks.isEmpty()
          && log.operations() < enough
          && System.nanoTime() - deadlineNanos < 0) {
        Rounds.Round round = rounds.next();
        log.round();
        if (round.before().isPresent()) {
          workload.happen(round.before().get(), 0);
        }
        workload.round(rounds.authors(), round);
        quiet(arena, log, faults, keep);
      }
      crawls = crawls(arena);
      count(log, workload, faults);
    }
    return breaks;
  }

  private void count(OperationLog log, Workload workload, Faults faults) throws IOException {
    operations = log.operations();
    refused = workload.refused();
    failedCalls = faults.failedCalls();
  }

  private void quiet(Arena arena, OperationLog log, Faults faults, Path keep)
      throws IOException, InterruptedException {
    faults.awaitUndone();
    log.quiet();
    QuietPoint quietPoint = new QuietPoint(arena);
    breaks.addAll(quietPoint.breaks());
    tally.quietPoint(quietPoint.isWholeForBoth());
    breaks.forEach(log::note);
    if (!breaks.isEmpty()) {
      arena.keepEvidence(keep);
    }
  }

  /** Returns how often the whole volume was crawled for want of records, by the reason. */
  private static Map<String, Integer> crawls(Arena arena) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    Path log = arena.directory().resolve("replicate.log");
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      lines
          .map(CRAWL::matcher)
          .filter(Matcher::find)
          .forEach(
              crawl -> counts.merge(crawl.group(1).replaceAll("[0-9]+", "N"), 1, Integer::sum));
    }
    return counts;
  }

  /** Does again what a log says. */
  List<String> again(List<Step> steps, Path keep) throws IOException, InterruptedException {
    try (Arena arena = Arena.open(georep, setUp, directory);
        OperationLog log = new OperationLog(logFile, setUp);
        Faults faults = new Faults(arena, tally);
        Workload workload = new Workload(arena, log, faults, tally)) {
      List<Step> round = new ArrayList<>();
      for (Step step : steps) {
        if (!(step instanceof Step.Quiet)) {
          round.add(step);
        } else if (breaks.isEmpty()) {
          log.round();
          workload.again(round);
          round.clear();
          quiet(arena, log, faults, keep);
        }
      }
      count(log, workload, faults);
    }
    return breaks;
  }

  /** Returns what counted. */
  Tally tally() {
    return tally;
  }

  /** Returns in words what was done. */
  String summary() {
    return operations
        + " operations with rests ("
        + refused
        + " refused, "
        + failedCalls
        + " of georep's calls failed): "
        + tally
        + (crawls.isEmpty() ? "" : ", crawls: " + crawls);
  }
}
