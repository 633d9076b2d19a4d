package org.georep.bench.profile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Follows processes until closed: the processor time of each thread, ten times a second, and the
 * files in which their recorders write, which are linked to at once, since a process that ends
 * removes its own. What a thread used in its last tenth of a second is missing.
 */
public final class Processes implements AutoCloseable {
  private static final long EVERY_NANOS = 100_000_000;

  /** What the kernel counts in: a hundredth of a second, on all that Linux runs on today. */
  private static final double TICKS = 100;

  private final Recorder recorder;
  private final Path chunks;
  private final Callable<List<Long>> members;
  private final Map<Long, Followed> followed = new LinkedHashMap<>();
  private final Thread thread = new Thread(this::run, "processes");
  private volatile boolean ended;

  /** Processor time of one thread, at most one entry for each moment it was seen. */
  private record Used(String name, List<Instant> when, List<long[]> ticks) {}

  private record Followed(String command, Map<Long, Used> threads) {}

  private Processes(Recorder recorder, Path chunks, Callable<List<Long>> members) {
    this.recorder = recorder;
    this.chunks = chunks;
    this.members = members;
  }

  /**
   * Begins.
   *
   * @param chunks an empty directory on the recorder's file system, for what they write
   * @param members says which processes there are
   */
  public static Processes follow(Recorder recorder, Path chunks, Callable<List<Long>> members) {
    Processes processes = new Processes(recorder, chunks, members);
    processes.thread.setDaemon(true);
    processes.thread.start();
    return processes;
  }

  private void run() {
    while (!ended) {
      look();
      LockSupport.parkNanos(EVERY_NANOS);
    }
  }

  private synchronized void look() {
    try {
      link();
      for (long pid : members.call()) {
        look(pid);
      }
    } catch (Exception e) {
      return; // the group is gone: it ends
    }
  }

  private void look(long pid) {
    try {
      Path process = Path.of("/proc", Long.toString(pid));
      String command =
          Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .replace('\0', ' ')
              .strip();
      Followed known = followed.get(pid);
      // What was a shell, sshd or env has become the program it was started for; what ends loses
      // its command line first.
      if (known == null || (!command.isEmpty() && !known.command().equals(command))) {
        known = new Followed(command, new LinkedHashMap<>());
        followed.put(pid, known);
      }
      Instant now = Instant.now();
      try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
        for (Path task : tasks) {
          note(known, now, Files.readString(task.resolve("stat"), StandardCharsets.ISO_8859_1));
        }
      }
    } catch (IOException | RuntimeException e) {
      return; // it has ended
    }
  }

  private static void note(Followed process, Instant now, String stat) {
    int open = stat.indexOf('(');
    int close = stat.lastIndexOf(')');
    long id = Long.parseLong(stat.substring(0, open).strip());
    String[] fields = stat.substring(close + 2).split(" ", 15);
    long[] ticks = {Long.parseLong(fields[11]), Long.parseLong(fields[12])};
    String name = stat.substring(open + 1, close);
    Used used = process.threads().get(id);
    if (used == null || !used.name().equals(name)) {
      // A thread gets its name some time after it began.
      used =
          used == null
              ? new Used(name, new ArrayList<>(), new ArrayList<>())
              : new Used(name, used.when(), used.ticks());
      process.threads().put(id, used);
    }
    int last = used.ticks().size() - 1;
    if (last < 0
        || used.ticks().get(last)[0] != ticks[0]
        || used.ticks().get(last)[1] != ticks[1]) {
      used.when().add(now);
      used.ticks().add(ticks);
    }
  }

  private void link() throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(recorder.repository())) {
      for (Path process : processes) {
        link(process);
      }
    }
  }

  private void link(Path process) throws IOException {
    String name = process.getFileName().toString();
    Path target = chunks.resolve(name.substring(name.lastIndexOf('_') + 1));
    Files.createDirectories(target);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process, "*.jfr")) {
      for (Path file : files) {
        Path link = target.resolve(file.getFileName());
        if (!Files.exists(link)) {
          Files.createLink(link, file);
        }
      }
    } catch (NoSuchFileException e) {
      return; // it ended just now
    }
  }

  /** Processor time of threads of one name. */
  public record ThreadTime(String name, double user, double system) {
    /** Returns both, in seconds. */
    public double seconds() {
      return user + system;
    }
  }

  /** Returns the command line of a process that was seen; empty if it was not. */
  public synchronized String command(long pid) {
    Followed found = followed.get(pid);
    return found == null ? "" : found.command();
  }

  /** Returns what the threads of a process used from a moment on, those that used most first. */
  public synchronized List<ThreadTime> threads(long pid, Instant from) {
    Followed found = followed.get(pid);
    Map<String, ThreadTime> sums = new LinkedHashMap<>();
    Collection<Used> threads = found == null ? List.of() : found.threads().values();
    for (Used used : threads) {
      long[] before = {0, 0};
      for (int i = 0; i < used.when().size() && used.when().get(i).isBefore(from); i++) {
        before = used.ticks().get(i);
      }
      long[] last = used.ticks().get(used.ticks().size() - 1);
      double user = (last[0] - before[0]) / TICKS;
      double system = (last[1] - before[1]) / TICKS;
      String name = used.name().replaceAll("[#-]?[0-9]+$", "");
      sums.merge(
          name,
          new ThreadTime(name, user, system),
          (a, b) -> new ThreadTime(name, a.user() + b.user(), a.system() + b.system()));
    }
    return sums.values().stream()
        .sorted((a, b) -> Double.compare(b.seconds(), a.seconds()))
        .toList();
  }

  /** Looks once more and ends. */
  @Override
  public void close() {
    look();
    ended = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
