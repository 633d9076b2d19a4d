package org.georep.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
      description = "Of everything chosen at random. Several, one after the other. Default: a new one.")
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

  @Option(names = "--file-system", description = "ext4, xfs or btrfs. Default: by the seed.")
  private LoopImage.Kind kind;

  @Option(names = "--capture", description = "fanotify or inotify. Default: by the seed.")
  private String capture;

  @Option(names = "--hosted", negatable = true, description = "Capture in the replicator or not.")
  private Boolean hosted;

  @Option(names = "--engine", description = "auto, rsync or tarssh. Default: by the seed.")
  private String engine;

  @Option(names = "--replay", description = "Do again what a log says.")
  private Path replay;

  @Option(names = "--times", description = "How often to replay until it fails: ${DEFAULT-VALUE}.")
  private int times = 1;

  @Option(names = "--shrink", description = "Make a failing log smaller, for so many seconds.")
  private long shrinkSeconds;

  @Option(names = "--directory", description = "Where file systems are made: ${DEFAULT-VALUE}.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"), "georep-torture");

  @Option(names = "--keep", description = "Where failures are kept: ${DEFAULT-VALUE}.")
  private Path keep = Path.of("torture-failures");

  private Torture() {}

  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Torture());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOverwrittenOptionsAllowed(true);
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    try (Installation installation = new Installation(georep, directory)) {
      georep = installation.launcher();
      return replay == null ? torment() : replay();
    }
  }

  private int torment() throws IOException, InterruptedException {
    boolean all = true;
    for (long seed : seeds) {
      all &= holds(seed, deadline(Long.MAX_VALUE));
    }
    if (seeds.isEmpty() || fresh) {
      long end = deadline(seconds);
      do {
        long seed = new SecureRandom().nextInt(Integer.MAX_VALUE);
        all &= holds(seed, seconds > 0 ? end : deadline(Long.MAX_VALUE));
      } while (seconds > 0 && System.nanoTime() - end < 0);
    }
    return all ? 0 : BROKEN;
  }

  private static long deadline(long seconds) {
    return System.nanoTime() + Duration.ofSeconds(Math.min(seconds, 1_000_000)).toNanos();
  }

  private SetUp setUp(long seed) {
    SetUp setUp = SetUp.of(seed);
    setUp = kind == null ? setUp : setUp.with(kind);
    setUp = capture == null ? setUp : setUp.withCapture(capture);
    setUp = hosted == null ? setUp : setUp.withHosted(hosted);
    return engine == null ? setUp : setUp.withEngine(engine);
  }

  /** Runs one seed; whether every promise held. */
  private boolean holds(long seed, long deadline) throws IOException, InterruptedException {
    SetUp setUp = setUp(seed);
    System.out.println("seed " + seed + ": " + setUp.toLine());
    Path log = directory.resolve("seed-" + seed + ".log");
    Path kept = keep.resolve("seed-" + seed);
    Run run = new Run(georep, directory, log, setUp);
    List<String> breaks = run.make(operations, deadline, Fault.parse(faults), rate, kept);
    System.out.println("  " + run.summary() + (breaks.isEmpty() ? ": all held" : ": BROKEN"));
    if (breaks.isEmpty()) {
      Files.delete(log);
      return true;
    }
    breaks.forEach(line -> System.out.println("  " + line));
    Path keptLog = kept.resolve("operations.log");
    Files.copy(log, keptLog, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.write(kept.resolve("breaks"), breaks);
    System.out.println("  kept in " + kept + "; deploy/torture/run --replay " + keptLog);
    if (shrinkSeconds > 0) {
      shrink(OperationLog.read(keptLog), kept);
    }
    return false;
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
    return new Run(georep, directory, directory.resolve("replay.log"), read.setUp())
        .again(steps, kept);
  }

  private void shrink(OperationLog.Read read, Path kept)
      throws IOException, InterruptedException {
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
        "  " + smallest.size() + " steps left after " + shrink.trials() + " trials: " + smaller);
  }
}
