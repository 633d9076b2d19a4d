package org.georep.cli;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.testing.JavaProgram;
import org.georep.testing.Program;
import org.georep.testing.Waits;

/** A monitor as a process of its own, with the classes under test. */
public final class MonitorProgram implements Closeable {
  private static final Pattern PLACE = Pattern.compile("status page at (http://\\S+)");

  private final Process process;
  private final Path errors;

  MonitorProgram(Path state, Path errors) throws IOException {
    this(errors, "monitor", "--listen=0", "--state-dir=" + state);
  }

  /** Starts one with the arguments a unit has. */
  public MonitorProgram(Path errors, String... arguments) throws IOException {
    this.errors = errors;
    process =
        new ProcessBuilder(JavaProgram.command(Georep.class, arguments))
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /** What it said so far. */
  public String said() throws IOException {
    return Files.readString(errors, StandardCharsets.UTF_8);
  }

  /** Returns what its status page serves at a path. */
  String served(String path) throws IOException, InterruptedException {
    Matcher place = PLACE.matcher(said());
    if (!place.find()) {
      throw new AssertionError("no page in: " + said());
    }
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(place.group(1)).resolve(path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end; the exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(Waits.limit().toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the monitor did not end");
    }
    return process.exitValue();
  }

  /** Sends a process a signal. */
  public static void signal(String name, long pid) {
    Program.check("kill", "-" + name, Long.toString(pid));
  }

  void signal(String name) {
    signal(name, process.pid());
  }

  /** Asks it to end, and waits. */
  public int end() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
