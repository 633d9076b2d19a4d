package org.georep.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.georep.testing.LoopImage;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command: torments the program, and keeps what broke it. */
@Command(
    name = "torture",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Does random things to a primary, and to the program that replicates it.")
final class Torture implements Callable<Integer> {
  private static final int BROKEN = 4;

  @Option(names = "--georep", required = true, description = "The launcher of the checkout.")
  private Path georep;

  @Option(
      names = "--seed",
      split = ",",
      description =
          "Of everything chosen at random. Several, one after the other. Default: a new one.")
  private List<Long> seeds = new ArrayList<>();

  @Option(names = "--fresh", description = "After the seeds given, a new one as well.")
  private boolean fresh;

  @Option(names = "--operations", description = "For each seed. Default: ${DEFAULT-VALUE}.")
  private long operations = 2000;

  @Option(names = "--seconds", description = "Go on with new seeds for so long.")
  private long seconds;

  @Option(
      names = "--faults",
      description = "all, none, or names such as kill-agent,cut; -name leaves one out.")
  private String faults = "all";

  @Option(names = "--fault-rate", description = "Faults a round on average: ${DEFAULT-VALUE}.")
  private double rate = 2;

  @Option(names = "--parallel", description = "Seeds at a time: ${DEFAULT-VALUE}.")
  private int parallel = 1;

  @Option(names = "--file-system", description = "ext4, xfs or btrfs. Default: by the seed.")
  private LoopImage.Kind kind;

  @Option(names = "--capture", description = "fanotify or inotify. Default: by the seed.")
  private String capture;

  @Option(names = "--hosted", negatable = true, description = "Capture in the replicator or not.")
  private Boolean hosted;

  @Option(
      names = "--handles",
      negatable = true,
      description = "With or without opening files by handle. Default: by the seed.")
  private Boolean handles;

  @Option(names = "--engine", description = "auto, stream, rsync or tarssh. Default: by the seed.")
  private String engine;

  @Option(names = "--replay", description = "Do again what a log says.")
  private Path replay;

  @Option(names = "--times", description = "How often to replay until it fails: ${DEFAULT-VALUE}.")
  private int times = 1;

  @Option(
      names = "--shrink",
      description =
          "Replay a failing log and make it smaller, for so many seconds; 0: keep it only."
              + " Default: ${DEFAULT-VALUE}.")
  private long shrinkSeconds = 600;

  @Option(names = "--directory", description = "Where file systems are made: ${DEFAULT-VALUE}.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"), "georep-torture");

  @Option(names = "--keep", description = "Where failures are kept: ${DEFAULT-VALUE}.")
  private Path keep = Path.of("torture-failures");

  @Option(
      names = "--at-least",
      split = ",",
      paramLabel = "OPERATIONS,FAULTS",
      description = "Fail if fewer operations were done, or fewer faults had an effect, in all.")
  private List<Long> atLeast = List.of(0L, 0L);

  @Option(names = "--dry-run", description = "Only print what the seeds choose.")
  private boolean dry;

  private final Tally total = new Tally();

  private Torture() {}

  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Torture());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOverwrittenOptionsAllowed(true);
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (atLeast.size() != 2) {
      throw new CommandLine.ParameterException(
          new CommandLine(this), "--at-least takes two numbers, separated by a comma");
    }
    if (dry) {
      seeds.forEach(this::foretell);
      return 0;
    }
    Files.createDirectories(directory);
    try (Installation installation = new Installation(georep, directory)) {
      georep = installation.launcher();
      return replay == null ? torment() : replay();
    }
  }

  private int torment() throws IOException, InterruptedException {
    long end = deadline(seconds > 0 ? seconds : Long.MAX_VALUE);
    Deque<Long> given = new ConcurrentLinkedDeque<>(seeds);
    AtomicBoolean all = new AtomicBoolean(true);
    AtomicBoolean wantsFresh = new AtomicBoolean(fresh || seeds.isEmpty());
    ExecutorService lanes = Executors.newFixedThreadPool(parallel);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int lane = 0; lane < parallel; lane++) {
        ends.add(
            lanes.submit(
                () -> {
                  for (Long seed = next(given, wantsFresh, end);
                      seed != null;
                      seed = next(given, wantsFresh, end)) {
                    if (!holds(seed, end)) {
                      all.set(false);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> lane : ends) {
        lane.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the harness failed", e.getCause());
    } finally {
      lanes.shutdownNow();
    }
    System.out.println("all seeds: " + total);
    if (total.operations() < atLeast.get(0) || total.faults() < atLeast.get(1)) {
      System.out.println("too little was done: it had to be " + atLeast + " at least");
      return BROKEN;
    }
    return all.get() ? 0 : BROKEN;
  }

  private void foretell(long seed) {
    SetUp setUp = setUp(seed);
    Rounds rounds = new Rounds(setUp, Fault.parse(faults), rate);
    say(seed, setUp.toLine() + ", " + rounds.authors().size() + " writers");
    rounds
        .until(operations)
        .forEach(
            round ->
                say(seed, round.operationsEach() + " operations each, faults " + round.kinds()));
  }

  /** Those given, then a fresh one, then, while there is time, more of them. */
  private Long next(Deque<Long> given, AtomicBoolean wantsFresh, long end) {
    Long seed = given.poll();
    if (seed != null) {
      return seed;
    }
    boolean more = wantsFresh.getAndSet(false) || (seconds > 0 && System.nanoTime() - end < 0);
    return more ? (long) new SecureRandom().nextInt(Integer.MAX_VALUE) : null;
  }

  private static long deadline(long seconds) {
    return System.nanoTime() + Duration.ofSeconds(Math.min(seconds, 1_000_000)).toNanos();
  }

  private SetUp setUp(long seed) {
    SetUp setUp = SetUp.of(seed);
    setUp = kind == null ? setUp : setUp.with(kind);
    setUp = capture == null ? setUp : setUp.withCapture(capture);
    setUp = hosted == null ? setUp : setUp.withHosted(hosted);
    setUp = handles == null ? setUp : setUp.withHandles(handles);
    return engine == null ? setUp : setUp.withEngine(engine);
  }

  /** Runs one seed; whether every promise held. */
  private boolean holds(long seed, long deadline) throws IOException, InterruptedException {
    SetUp setUp = setUp(seed);
    say(seed, "begins: " + setUp.toLine());
    Path log = directory.resolve("seed-" + seed + ".log");
    Path kept = keep.resolve("seed-" + seed);
    Run run = new Run(georep, directory, log, setUp);
    List<String> breaks = run.make(operations, deadline, Fault.parse(faults), rate, kept);
    total.add(run.tally());
    say(seed, run.summary() + (breaks.isEmpty() ? ": all held" : ": BROKEN"));
    if (breaks.isEmpty()) {
      Files.delete(log);
      return true;
    }
    breaks.forEach(line -> say(seed, line));
    Path keptLog = kept.resolve("operations.log");
    Files.move(log, keptLog, StandardCopyOption.REPLACE_EXISTING);
    Files.write(kept.resolve("breaks"), breaks);
    say(seed, "kept in " + kept + "; deploy/torture/run --replay " + keptLog);
    if (shrinkSeconds > 0) {
      repeat(OperationLog.read(keptLog), keptLog, kept);
    }
    return false;
  }

  private static void say(long seed, String line) {
    System.out.println("seed " + seed + " " + line);
  }

  private int replay() throws IOException, InterruptedException {
    OperationLog.Read read = OperationLog.read(replay);
    Path kept = keep.resolve("replay");
    for (int time = 1; time <= times; time++) {
      List<String> breaks = again(read, read.steps(), kept);
      System.out.println("replay " + time + ": " + (breaks.isEmpty() ? "all held" : "BROKEN"));
      breaks.forEach(line -> System.out.println("  " + line));
      if (!breaks.isEmpty()) {
        if (shrinkSeconds > 0) {
          shrink(read, kept);
        }
        return BROKEN;
      }
    }
    return 0;
  }

  private List<String> again(OperationLog.Read read, List<Step> steps, Path kept)
      throws IOException, InterruptedException {
    Path log = directory.resolve("replay-" + Thread.currentThread().getId() + ".log");
    Run run = new Run(georep, directory, log, read.setUp());
    List<String> breaks = run.again(steps, kept);
    System.out.println("  " + run.summary());
    return breaks;
  }

  /** Replays a log that failed, first as it is. */
  private void repeat(OperationLog.Read read, Path log, Path kept)
      throws IOException, InterruptedException {
    List<String> breaks = again(read, read.steps(), kept.resolve("repeated"));
    if (breaks.isEmpty()) {
      System.out.println("  does not repeat when replayed once; the log is kept: " + log);
      return;
    }
    System.out.println("  repeats: " + breaks.get(0));
    shrink(read, kept);
  }

  private void shrink(OperationLog.Read read, Path kept) throws IOException, InterruptedException {
    Path smaller = kept.resolve("smaller.log");
    Shrink shrink =
        new Shrink(
            steps -> {
              List<String> breaks = again(read, steps, kept.resolve("smaller"));
              if (!breaks.isEmpty()) {
                OperationLog.write(smaller, read.setUp(), steps);
                System.out.println("  " + steps.size() + " steps still fail: " + breaks.get(0));
              }
              return !breaks.isEmpty();
            },
            deadline(shrinkSeconds));
    List<Step> smallest = shrink.smallest(read.steps());
    System.out.println(
        smallest.size() < read.steps().size()
            ? "  "
                + smallest.size()
                + " steps left after "
                + shrink.trials()
                + " trials: "
                + smaller
            : "  nothing smaller failed in " + shrink.trials() + " trials; the log is kept");
  }
}
