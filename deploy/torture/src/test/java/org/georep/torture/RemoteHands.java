package org.georep.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A writer's process, which carries out its operations one by one; what it maps and holds open is
 * its own. It ends with {@link #close}, or with this process. One thread at a time uses one of
 * these.
 */
final class RemoteHands implements AutoCloseable {
  private final Process process;
  private final Writer orders;
  private final BufferedReader answers;
  private boolean begun;

  /** Starts it. It has nothing open until {@link #begin}. */
  RemoteHands(Path primary, Path outside) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+DisplayVMOutputToStderr", // its answers are all that is read
                "-cp",
                System.getProperty("java.class.path"),
                HandsProcess.class.getName(),
                primary.toString(),
                outside.toString()));
    process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    orders = process.outputWriter(StandardCharsets.US_ASCII);
    answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  long pid() {
    return process.pid();
  }

  /** Lets it open the primary; nothing if it has. */
  void begin() throws IOException {
    if (!begun) {
      ask(HandsProcess.BEGIN);
      begun = true;
    }
  }

  /** Lets it close all it has open, as a writer's end does; nothing if it has not begun. */
  void end() throws IOException {
    if (begun) {
      begun = false;
      ask(HandsProcess.END);
    }
  }

  /** Lets it do one operation; whether the file system did not refuse it. */
  boolean apply(Operation operation) throws IOException {
    return ask(operation.toLine()).equals(HandsProcess.DONE);
  }

  private String ask(String line) throws IOException {
    orders.write(line + "\n");
    orders.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the writer's process " + pid() + " has ended: " + line);
    }
    if (!answer.equals(HandsProcess.DONE) && !answer.equals(HandsProcess.REFUSED)) {
      throw new IOException(answer + ": " + line);
    }
    return answer;
  }

  /** Ends the process, at the latest by force. */
  @Override
  public void close() {
    try {
      orders.close();
    } catch (IOException e) {
      process.destroyForcibly(); // it has ended already, or is about to
    }
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
