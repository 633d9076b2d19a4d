package org.georep.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * All that was done, in the order in which it was begun; a file of one line a step, after a line
 * with the set-up. A line is in the file before its step begins. For any number of threads.
 */
final class OperationLog implements AutoCloseable {
  private final Writer out;
  private long began = System.nanoTime();
  private long count;

  OperationLog(Path file, SetUp setUp) throws IOException {
    out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    out.write("# " + setUp.toLine() + "\n");
  }

  /** What a log file holds. */
  record Read(SetUp setUp, List<Step> steps) {}

  /** Reads one. */
  static Read read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    List<Step> steps = new ArrayList<>();
    for (String line : lines) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        steps.add(Step.parse(line));
      }
    }
    return new Read(SetUp.parse(lines.get(0).substring(2)), steps);
  }

  /** Writes one down whole. */
  static void write(Path file, SetUp setUp, List<Step> steps) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# " + setUp.toLine());
    steps.forEach(step -> lines.add(step.toLine()));
    Files.write(file, lines, StandardCharsets.UTF_8);
  }

  /** Begins a round: times count from now. */
  synchronized void round() {
    began = System.nanoTime();
  }

  /** Returns milliseconds since the round began. */
  synchronized long now() {
    return (System.nanoTime() - began) / 1_000_000;
  }

  /** Returns how many operations there are. */
  synchronized long operations() {
    return count;
  }

  synchronized void act(Operation operation) {
    count++;
    write(new Step.Act(now(), operation));
  }

  synchronized void fault(Fault fault, long millis) {
    write(new Step.Break(now(), fault, millis));
    flush();
  }

  synchronized void quiet() {
    write(new Step.Quiet(now()));
    flush();
  }

  /** A remark, not read again. */
  synchronized void note(String text) {
    try {
      out.write("# " + text.replace('\n', ' ') + "\n");
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(Step step) {
    try {
      out.write(step.toLine() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
