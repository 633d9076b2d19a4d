package org.georep.replicator.hook;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.georep.replicator.session.OutputFile;
import org.georep.status.file.StatusJson;
import org.georep.status.report.EpochSeconds;
import org.georep.status.report.EventReport;
import org.jspecify.annotations.Nullable;

/**
 * A program that is run for each event: the words of the configuration and nothing else, so that no
 * byte that came from a tree or another host is ever part of a command. What happened is in its
 * environment, and exactly, as JSON, on its standard input. What it says is in a file, that of the
 * last run only, and of what it says without end the end. When its time is over it is killed, with
 * all it started.
 */
final class HookProgram implements Receiver {
  static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final String PREFIX = "GEOREP_";
  private static final int LONGEST = 4_000;

  private final List<String> words;
  private final OutputFile output;
  private final Duration limit;

  /**
   * Names it.
   *
   * @param words the program and its arguments
   * @param output where what it says is kept
   */
  HookProgram(List<String> words, Path output, Duration limit) {
    this.words = List.copyOf(words);
    this.output = new OutputFile(output);
    this.limit = limit;
  }

  @Override
  public void tell(EventReport event) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.begin());
    builder.environment().keySet().removeIf(name -> name.startsWith(PREFIX));
    builder.environment().putAll(environment(event));
    Process process = builder.start();
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write((StatusJson.tree(event) + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException unread) {
        // It need not read.
      }
      if (!hasEnded(process)) {
        throw new IOException(
            "the hook " + words.get(0) + " took longer than " + limit.toSeconds() + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "the hook "
                + words.get(0)
                + " ended with "
                + process.exitValue()
                + "; what it said is in "
                + output);
      }
    } finally {
      if (process.isAlive()) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      output.bound();
    }
  }

  /** Waits for its end; meanwhile what it says stays within bounds. */
  private boolean hasEnded(Process process) throws IOException, InterruptedException {
    long until = System.nanoTime() + limit.toNanos();
    while (!process.waitFor(LOOK.toNanos(), TimeUnit.NANOSECONDS)) {
      output.bound();
      if (System.nanoTime() - until >= 0) {
        return false;
      }
    }
    return true;
  }

  static Map<String, String> environment(EventReport event) {
    Map<String, String> all = new TreeMap<>();
    put(all, "EVENT", event.event().text());
    put(all, "SESSION", event.session());
    put(all, "VOLUME", event.volume());
    put(all, "TIME", EpochSeconds.of(event.time()).toPlainString());
    put(all, "MESSAGE", event.message());
    put(all, "CHECKPOINT", event.checkpoint());
    if (event.checkpointTime() != null) {
      put(all, "CHECKPOINT_TIME", EpochSeconds.of(event.checkpointTime()).toPlainString());
    }
    if (event.completionTime() != null) {
      put(
          all,
          "CHECKPOINT_COMPLETION_TIME",
          EpochSeconds.of(event.completionTime()).toPlainString());
    }
    put(all, "LAG_SECONDS", event.lagSeconds());
    put(all, "LAG_THRESHOLD_SECONDS", event.lagThresholdSeconds());
    return all;
  }

  private static void put(Map<String, String> all, String name, @Nullable Object value) {
    if (value != null) {
      String text = value.toString().replaceAll("\\p{Cntrl}", " ");
      all.put(PREFIX + name, text.length() > LONGEST ? text.substring(0, LONGEST) : text);
    }
  }
}
