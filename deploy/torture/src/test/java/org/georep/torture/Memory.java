package org.georep.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.georep.testing.LoopImage;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command: measures what all processes of georep hold in anonymous memory together, at the most
 * at any one time, while files are made faster than the link carries them; once with few and once
 * with many.
 */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Compares the memory of georep's processes for few and for many files.")
final class Memory implements Callable<Integer> {
  private static final int TOO_MUCH = 4;
  private static final double MOST = 1.10;
  private static final int FILES_A_DIRECTORY = 200;
  private static final long LOOK_MILLIS = 200;
  private static final Duration SAID_EVERY = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofHours(2);

  @Option(names = "--georep", required = true, description = "The launcher of the checkout.")
  private Path georep;

  @Option(names = "--files", split = ",", description = "How many: ${DEFAULT-VALUE}.")
  private List<Integer> files = List.of(100_000, 1_000_000);

  @Option(names = "--bytes", description = "In each file: ${DEFAULT-VALUE}.")
  private int bytes = 500;

  @Option(names = "--bwlimit", description = "As of georep replicate: ${DEFAULT-VALUE}.")
  private String limit = "1MiB";

  @Option(names = "--engine", description = "auto, stream, rsync or tarssh: ${DEFAULT-VALUE}.")
  private String engine = "auto";

  @Option(names = "--directory", description = "Where file systems are made: ${DEFAULT-VALUE}.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"), "georep-torture");

  @Option(names = "--keep", hidden = true)
  private Path keep = Path.of("torture-failures");

  private Memory() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Memory()).execute(args));
  }

  /** Bytes, by what processes are for, and all of them at once. */
  private static final class Most {
    private final Map<Processes.Role, Long> each = new EnumMap<>(Processes.Role.class);
    private long together;

    void look(Processes processes) {
      Map<Processes.Role, Long> now = new EnumMap<>(Processes.Role.class);
      for (Processes.Found process : processes.all()) {
        now.merge(process.role(), anonymous(process.pid()), Long::sum);
      }
      now.forEach((role, bytes) -> each.merge(role, bytes, Math::max));
      together = Math.max(together, now.values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(mebibytes(together) + " together");
      each.forEach(
          (role, bytes) -> text.append(", ").append(role).append(' ').append(mebibytes(bytes)));
      return text.toString();
    }

    private static String mebibytes(long bytes) {
      return bytes / (1 << 20) + " MiB";
    }
  }

  private static long anonymous(long pid) {
    try {
      for (String line :
          Files.readAllLines(
              Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("RssAnon:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException e) {
      return 0; // it has ended
    }
    return 0;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    List<Most> all = new ArrayList<>();
    try (Installation installation = new Installation(georep, directory)) {
      for (int count : files) {
        all.add(measure(installation.launcher(), count));
      }
    }
    double ratio = (double) all.get(all.size() - 1).together / all.get(0).together;
    System.out.printf("%.3f times as much (%.2f are allowed)%n", ratio, MOST);
    return ratio > MOST ? TOO_MUCH : 0;
  }

  private Most measure(Path launcher, int count) throws IOException, InterruptedException {
    SetUp setUp = new SetUp(0, LoopImage.Kind.EXT4, "fanotify", true, engine, true);
    // An inode for each 16 KiB, as ext4 makes them.
    Arena.Extent extent = new Arena.Extent(2_000 + count / 40, List.of("--bwlimit", limit));
    Most most = new Most();
    long began = System.nanoTime();
    try (Arena arena = Arena.open(launcher, setUp, directory, extent)) {
      Thread maker = new Thread(() -> make(arena.primary(), count), "maker");
      maker.start();
      long made = 0;
      Instant quiet = Instant.MAX;
      long said = System.nanoTime();
      while (!isPast(arena, quiet)) {
        most.look(arena.processes());
        Thread.sleep(LOOK_MILLIS);
        long now = System.nanoTime();
        if (made == 0 && !maker.isAlive()) {
          made = now;
          quiet = Instant.now();
        }
        if (now - said > SAID_EVERY.toNanos()) {
          said = now;
          System.out.println("  " + seconds(now - began) + " s: " + most);
        }
        if (now - began > LONGEST.toNanos()) {
          throw new IllegalStateException("not in step after " + LONGEST);
        }
      }
      System.out.println(
          count
              + " files, made in "
              + seconds(made - began)
              + " s, in step after "
              + seconds(System.nanoTime() - began)
              + " s: at most "
              + most);
      if (!arena.complaints().isEmpty()) {
        arena.keepEvidence(keep.resolve("memory"));
        throw new IllegalStateException(arena.complaints().toString());
      }
    }
    return most;
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }

  private static boolean isPast(Arena arena, Instant moment) throws IOException {
    return QuietPoint.stime(arena).filter(stime -> stime.isAfter(moment)).isPresent();
  }

  private void make(Path primary, int count) {
    byte[] contents = new byte[bytes];
    java.util.Random random = new java.util.Random(count);
    try {
      for (int i = 0; i < count; i++) {
        int number = i / FILES_A_DIRECTORY;
        Path at = primary.resolve("d" + number / 100).resolve("e" + number % 100);
        if (i % FILES_A_DIRECTORY == 0) {
          Files.createDirectories(at);
        }
        random.nextBytes(contents);
        Files.write(at.resolve("file-" + i), contents);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
