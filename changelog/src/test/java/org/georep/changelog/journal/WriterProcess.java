package org.georep.changelog.journal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A writer in a JVM of its own, to be killed. Prints each number once its append returned. */
final class WriterProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;

  private WriterProcess(Process process) {
    this.process = process;
    this.out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Starts one that appends until it is killed. */
  static WriterProcess start(Path journal) throws IOException {
    return new WriterProcess(
        new ProcessBuilder(command(WriterProcess.class, journal.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  static WriterProcess of(Process process) {
    return new WriterProcess(process);
  }

  static List<String> command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--add-"))
            .toList());
    command.add("-Xmx128m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits until it has appended so many records; returns the number of the last. */
  long awaitAppended(long atLeast) throws IOException {
    long last = 0;
    while (last < atLeast) {
      String line = out.readLine();
      if (line == null) {
        throw new AssertionError("the writer ended after " + last);
      }
      last = Long.parseLong(line.substring(0, line.length() - 1));
    }
    return last;
  }

  /** Kills it with SIGKILL and returns the last number it printed. */
  long kill(long last) throws IOException, InterruptedException {
    process.toHandle().destroyForcibly(); // this way what it printed can still be read
    process.waitFor();
    long printed = last;
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.endsWith(".")) { // the last line may be cut
        printed = Long.parseLong(line.substring(0, line.length() - 1));
      }
    }
    return printed;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Appends for ever, syncing and trimming now and then. */
  public static void main(String[] arguments) throws IOException {
    JournalWriter writer = Journals.writer(Path.of(arguments[0]), Journals.TINY);
    while (true) {
      long sequence = writer.append(Journals.change(writer.lastSequence() + 1));
      System.out.println(sequence + ".");
      System.out.flush();
      if (sequence % 5000 == 0) {
        writer.sync();
        writer.trim();
      }
    }
  }
}
