package org.georep.bench.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Tells of each process where its time and its memory went. The recorder sees what runs as Java and
 * what calls out of it; time that Java itself takes, to load, link and compile classes, is only in
 * what the kernel counted.
 */
public final class Report {
  private static final int MANY = 25;
  private static final int SOME = 15;
  private static final int THREADS = 10;

  /** Seconds between two samples of one thread. */
  private static final double PERIOD = 0.01;

  private static final double MEGABYTE = 1e6;

  private final Processes processes;
  private final Path chunks;
  private final Path directory;

  /**
   * Prepares one.
   *
   * @param processes which were followed, and have ended
   * @param chunks where they left what they recorded
   * @param directory where recordings and stacks are to be kept
   */
  public Report(Processes processes, Path chunks, Path directory) {
    this.processes = processes;
    this.chunks = chunks;
    this.directory = directory;
  }

  /** Writes the files, and returns what is to be said of what was done from a moment on. */
  public String of(Instant from) throws IOException {
    StringBuilder text = new StringBuilder();
    List<Long> pids;
    try (Stream<Path> found = Files.list(chunks)) {
      pids = found.map(path -> Long.valueOf(path.getFileName().toString())).sorted().toList();
    }
    for (long pid : pids) {
      String name = name(processes.command(pid)) + "-" + pid;
      Path file = directory.resolve(name + ".jfr");
      if (!Recording.assemble(chunks.resolve(Long.toString(pid)), file)) {
        Files.delete(file);
      } else {
        Recording recording = Recording.read(file, from);
        Path stacks = directory.resolve(name + ".collapsed");
        Files.write(stacks, collapsed(recording.running()));
        Files.write(directory.resolve(name + ".native.collapsed"), collapsed(recording.calling()));
        text.append(one(name, pid, recording, from));
      }
    }
    return text.append("\nRecordings and collapsed stacks: ")
        .append(directory)
        .append('\n')
        .toString();
  }

  private static String name(String command) {
    if (command.contains("org.georep.secondary.Rehearsal")) {
      return "rehearsal";
    }
    if (command.contains("agent")) {
      return command.contains(" capture ") ? "capture" : "agent";
    }
    return command.contains(" capture ")
        ? "capture"
        : command.contains(" replicate ") ? "replicator" : "java";
  }

  private String one(String name, long pid, Recording recording, Instant from) {
    List<Processes.ThreadTime> threads = processes.threads(pid, from);
    StringBuilder text = new StringBuilder(4_096);
    text.append("\n== ").append(name).append(": ").append(cpu(threads, thread -> true));
    text.append("\n   compilers ").append(cpu(threads, t -> t.name().contains("CompilerThre")));
    text.append("; recorder ").append(cpu(threads, t -> t.name().startsWith("JFR")));
    text.append(
        String.format(
            Locale.ROOT,
            "%n   garbage collection %.3f s in %d collections%n",
            recording.collecting().toNanos() / 1e9,
            recording.collections()));
    text.append("   threads, CPU s:");
    threads.stream()
        .limit(THREADS)
        .forEach(
            thread ->
                text.append(
                    String.format(Locale.ROOT, " %s %.2f,", thread.name(), thread.seconds())));
    text.setLength(text.length() - 1);
    List<Recording.Sample> running = recording.running();
    section(text, "computing, innermost frame", running.size() + " samples, 10 ms each");
    text.append(Ranking.of(running, Ranking::self).lines(MANY, 1 / PERIOD, "s"));
    section(text, "computing, methods of georep with all they call", "");
    text.append(Ranking.of(running, Ranking::ours).lines(MANY, 1 / PERIOD, "s"));
    List<Recording.Sample> calling = recording.calling();
    section(text, "in calls out of Java, waiting among them", calling.size() + " samples");
    text.append(Ranking.of(calling, Ranking::selfFor).lines(SOME, 1 / PERIOD, "s"));
    List<Recording.Sample> allocations = recording.allocations();
    section(text, "memory taken, by class", "");
    text.append(
        Ranking.of(allocations, sample -> List.of(sample.what())).lines(SOME, MEGABYTE, "MB"));
    section(text, "memory taken, by innermost method of georep", "");
    text.append(Ranking.of(allocations, Ranking::innermostOurs).lines(SOME, MEGABYTE, "MB"));
    text.append("(").append(recording.recorders()).append(" samples were of the recorder)\n");
    return text.toString();
  }

  private static void section(StringBuilder text, String title, String more) {
    text.append("\n-- ").append(title).append(more.isEmpty() ? "" : ": " + more).append('\n');
  }

  private static String cpu(
      List<Processes.ThreadTime> threads, Predicate<Processes.ThreadTime> which) {
    double user = 0;
    double system = 0;
    for (Processes.ThreadTime thread : threads) {
      if (which.test(thread)) {
        user += thread.user();
        system += thread.system();
      }
    }
    return String.format(
        Locale.ROOT, "CPU %.2f s (user %.2f, system %.2f)", user + system, user, system);
  }

  /** One line for each stack, outermost first, with how often it was seen. */
  private static List<String> collapsed(List<Recording.Sample> samples) {
    Map<String, Integer> stacks = new TreeMap<>();
    for (Recording.Sample sample : samples) {
      List<String> frames = new ArrayList<>(sample.frames());
      Collections.reverse(frames);
      stacks.merge(String.join(";", frames), 1, Integer::sum);
    }
    return stacks.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .toList();
  }
}
