package org.georep.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command: lets programs of others work in a primary, stress-ng and a package manager. Now and
 * then they are stopped in the middle of what they do, and both oracles compare.
 */
@Command(
    name = "loads",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Lets stress-ng and dpkg work in a primary that is replicated.")
final class Loads implements Callable<Integer> {
  private static final int BROKEN = 4;
  private static final int MEBIBYTES = 6_000;
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Duration LONGEST = Duration.ofMinutes(20);

  @Option(names = "--georep", required = true, description = "The launcher of the checkout.")
  private Path georep;

  @Option(names = "--repack", required = true, description = "The program that makes packages.")
  private Path repack;

  @Option(names = "--only", split = ",", description = "stress, packages. Default: both.")
  private List<String> only = List.of("stress", "packages");

  @Option(names = "--operations", description = "Of each of stress-ng's: ${DEFAULT-VALUE}.")
  private long operations = 5_000;

  @Option(names = "--packages", description = "How many: ${DEFAULT-VALUE}.")
  private int packages = 300;

  @Option(names = "--pause-every", description = "Seconds between comparisons: ${DEFAULT-VALUE}.")
  private long pauseEvery = 15;

  @Option(names = "--file-system", description = "ext4, xfs or btrfs: ${DEFAULT-VALUE}.")
  private LoopImage.Kind kind = LoopImage.Kind.EXT4;

  @Option(names = "--engine", description = "auto, stream, rsync or tarssh: ${DEFAULT-VALUE}.")
  private String engine = "auto";

  @Option(names = "--directory", description = "Where file systems are made: ${DEFAULT-VALUE}.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"), "georep-torture");

  @Option(names = "--keep", description = "Where failures are kept: ${DEFAULT-VALUE}.")
  private Path keep = Path.of("torture-failures");

  private final List<String> breaks = new ArrayList<>();

  private Loads() {}

  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Loads());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(line.execute(args));
  }

  /** One program that works in the primary. */
  private record Load(String name, List<String> command) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    SetUp setUp = new SetUp(0, kind, "fanotify", true, engine, true);
    Arena.Extent extent = new Arena.Extent(MEBIBYTES, List.of());
    try (Installation installation = new Installation(georep, directory);
        Arena arena = Arena.open(installation.launcher(), setUp, directory, extent)) {
      if (only.contains("stress")) {
        Path work = Files.createDirectories(arena.primary().resolve("stress"));
        run(arena, new Load("stress-ng", stress(work)));
      }
      if (only.contains("packages")) {
        packages(arena);
      }
    }
    return breaks.isEmpty() ? 0 : BROKEN;
  }

  private List<String> stress(Path work) {
    List<String> command = new ArrayList<>(List.of("stress-ng", "--temp-path", work.toString()));
    for (String stressor :
        List.of(
            "dir",
            "dirdeep",
            "dirmany",
            "dentry",
            "rename",
            "link",
            "symlink",
            "filename",
            "chmod",
            "chown",
            "utime",
            "touch",
            "mknod",
            "xattr",
            "getdent",
            "handle",
            "open",
            "copy-file",
            "fallocate",
            "fiemap",
            "hdd")) {
      if (stressor.equals("xattr") && kind == LoopImage.Kind.EXT4) {
        continue; // it fills the one block an inode has for them: no room is left for georep's own
      }
      command.addAll(List.of("--" + stressor, "1"));
      command.addAll(List.of("--" + stressor + "-ops", Long.toString(operations(stressor))));
    }
    command.addAll(List.of("--fallocate-bytes", "16m", "--fiemap-bytes", "16m"));
    command.addAll(List.of("--hdd-bytes", "32m", "--copy-file-bytes", "128m"));
    command.addAll(List.of("--dirdeep-bytes", "16m", "--dirdeep-inodes", "2000"));
    return command;
  }

  /**
   * Those that write contents take much longer for one; one of links makes and removes thousands of
   * names and writes all of it back. (fpunch is left out: it does not end by its operations.)
   */
  private long operations(String stressor) {
    return switch (stressor) {
      case "link" -> Math.max(1, operations / 200);
      case "symlink" -> Math.max(1, operations / 1_000);
      case "fallocate", "fiemap", "hdd", "copy-file" -> operations / 20;
      case "dirdeep", "dirmany", "dentry", "filename", "open" -> operations / 4;
      default -> operations;
    };
  }

  private void packages(Arena arena) throws IOException, InterruptedException {
    Path made = arena.directory().resolve("packages");
    Path root = Files.createDirectories(arena.primary().resolve("system"));
    Files.createDirectories(root.resolve("var/lib/dpkg/info"));
    Files.createDirectories(root.resolve("var/lib/dpkg/updates"));
    Files.writeString(root.resolve("var/lib/dpkg/status"), "");
    for (String version : List.of("1", "2")) {
      Path into = Files.createDirectories(made.resolve(version));
      say(
          Program.run(
                  List.of(repack.toString(), Integer.toString(packages), version, into.toString()),
                  LIMIT)
              .output()
              .strip());
      List<String> files = debs(into);
      run(
          arena,
          new Load(
              "install " + files.size() + ", version " + version,
              with(dpkg(root, "--install"), files)));
    }
    List<String> names = names(made.resolve("2"));
    List<String> half = names.subList(0, names.size() / 2);
    run(arena, new Load("remove " + half.size(), with(dpkg(root, "--remove"), half)));
    run(arena, new Load("install again", with(dpkg(root, "--install"), debs(made.resolve("1")))));
    run(arena, new Load("purge " + names.size(), with(dpkg(root, "--purge"), names)));
  }

  /** None of the packages has scripts, so nothing has to run inside. */
  private static List<String> dpkg(Path root, String action) {
    return List.of(
        "dpkg", "--root=" + root, "--force-all", "--no-triggers", "--log=/dev/null", action);
  }

  private static List<String> with(List<String> command, List<String> more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(more);
    return all;
  }

  private static List<String> debs(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Path::toString).filter(file -> file.endsWith(".deb")).sorted().toList();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    return debs(directory).stream()
        .map(file -> file.substring(file.lastIndexOf('/') + 1, file.lastIndexOf('_')))
        .toList();
  }

  /** Runs one to its end, with pauses in which everything is compared, and once after it. */
  private void run(Arena arena, Load load) throws IOException, InterruptedException {
    if (!breaks.isEmpty()) {
      return;
    }
    long began = System.nanoTime();
    Path output = arena.directory().resolve("load.out");
    // In a session of its own, by which all its processes are found.
    Process process =
        new ProcessBuilder(with(List.of("setsid"), load.command()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int pauses = 0;
    try {
      while (breaks.isEmpty() && !process.waitFor(pauseEvery, TimeUnit.SECONDS)) {
        signal(process, "STOP");
        pauses++;
        compare(arena);
        signal(process, "CONT");
        if (System.nanoTime() - began > LONGEST.toNanos()) {
          breaks.add(load.name() + " does not end");
        }
      }
    } finally {
      signal(process, "KILL");
    }
    int code = process.waitFor();
    compare(arena);
    if (code != 0 && breaks.isEmpty()) {
      breaks.add(load.name() + " ended with " + code + ": not all of it was done");
    }
    say(
        load.name()
            + ": "
            + Duration.ofNanos(System.nanoTime() - began).toSeconds()
            + " s, stopped and compared "
            + pauses
            + " times and at its end, "
            + Program.run(List.of("find", arena.primary().toString(), "-printf", "."))
                .output()
                .length()
            + " entries now, ended with "
            + code
            + (breaks.isEmpty() ? ": all held" : ": BROKEN"));
    if (code != 0 || !breaks.isEmpty()) {
      Program.run(List.of("cp", output.toString(), Files.createDirectories(keep).toString()));
      say("its output: " + Program.run(List.of("tail", "-n", "15", output.toString())).output());
    }
    breaks.forEach(Loads::say);
    if (!breaks.isEmpty()) {
      arena.keepEvidence(keep.resolve("loads"));
    }
  }

  private void compare(Arena arena) throws IOException, InterruptedException {
    if (breaks.isEmpty()) {
      breaks.addAll(new QuietPoint(arena, LIMIT).breaks());
    }
  }

  /** Twice, for a process may be made while the others get theirs. */
  private static void signal(Process session, String name) {
    for (int i = 0; i < 2; i++) {
      Program.run(List.of("pkill", "-" + name, "-s", Long.toString(session.pid())));
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
