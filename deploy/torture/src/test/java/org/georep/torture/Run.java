package org.georep.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
  private long operations;
  private int refused;
  private int faultsHappened;
  private int quietPoints;
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
    Random random = new Random(setUp.seed());
    try (Arena arena = Arena.open(georep, setUp, directory);
        OperationLog log = new OperationLog(logFile, setUp);
        Faults faults = new Faults(arena)) {
      Workload workload = new Workload(arena, log, faults);
      List<Author> authors = authors(random);
      while (breaks.isEmpty()
          && log.operations() < enough
          && System.nanoTime() - deadlineNanos < 0) {
        int each = (100 + random.nextInt(random.nextInt(4) == 0 ? 1500 : 300)) / authors.size();
        int count = (int) Math.round(rate * 2 * random.nextDouble());
        log.round();
        before(workload, random, allowed);
        List<Workload.Planned> plan =
            Workload.plan(random, within(allowed, quietPoints > 0), count, each * authors.size());
        workload.round(authors, each, plan);
        faultsHappened += plan.size();
        quiet(arena, log, faults, keep);
        operations = log.operations();
      }
      crawls = crawls(arena);
      refused = workload.refused();
      failedCalls = faults.failedCalls();
    }
    return breaks;
  }

  private List<Author> authors(Random random) {
    List<Author> authors = new ArrayList<>();
    int longestRest = new int[] {0, 2_000, 20_000}[random.nextInt(3)];
    // Written through a name that is gone when its event is read: inotify does not tell by whose.
    boolean links = !setUp.capture().equals("inotify");
    for (int writer = random.nextInt(4); writer >= 0; writer--) {
      authors.add(new Author(writer, random.nextLong(), longestRest, links));
    }
    return authors;
  }

  /** A secondary that cannot be written to when it is to be made is an error, and said. */
  private static List<Fault> within(List<Fault> allowed, boolean made) {
    return allowed.stream()
        .filter(fault -> !fault.needsQuiet() && (made || !fault.deniesWriting()))
        .toList();
  }

  private void before(Workload workload, Random random, List<Fault> allowed)
      throws IOException, InterruptedException {
    List<Fault> restoring = allowed.stream().filter(Fault::restores).toList();
    if (restoring.isEmpty()) {
      return;
    }
    if (random.nextInt(6) == 0) {
      workload.happen(Fault.choose(random, restoring), 0);
      faultsHappened++;
    } else if (quietPoints % 3 == 1) {
      workload.happen(Fault.SNAPSHOT, 0);
    }
  }

  private void quiet(Arena arena, OperationLog log, Faults faults, Path keep)
      throws IOException, InterruptedException {
    faults.awaitUndone();
    log.quiet();
    quietPoints++;
    breaks.addAll(new QuietPoint(arena).breaks());
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
        Faults faults = new Faults(arena)) {
      Workload workload = new Workload(arena, log, faults);
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
      operations = log.operations();
      failedCalls = faults.failedCalls();
    }
    return breaks;
  }

  /** Returns in words what was done. */
  String summary() {
    return operations
        + " operations ("
        + refused
        + " refused), "
        + faultsHappened
        + " faults ("
        + failedCalls
        + " calls failed), "
        + quietPoints
        + " quiet points"
        + (crawls.isEmpty() ? "" : ", crawls: " + crawls);
  }
}
