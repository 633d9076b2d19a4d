package org.georep.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.georep.testing.Program;
import org.georep.testing.Waits;

/** A monitor as a process of its own, with the classes under test. */
final class MonitorProgram implements Closeable {
  private final Process process;
  private final Path errors;

  MonitorProgram(Path state, Path errors) throws IOException {
    this.errors = errors;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Georep.class.getName(),
            "monitor",
            "--state-dir=" + state));
    process =
        new ProcessBuilder(command)
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /** What it said so far. */
  String said() throws IOException {
    return Files.readString(errors, StandardCharsets.UTF_8);
  }

  boolean isAlive() {
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
  static void signal(String name, long pid) {
    Program.check("kill", "-" + name, Long.toString(pid));
  }

  void signal(String name) {
    signal(name, process.pid());
  }

  /** Asks it to end, and waits. */
  int end() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
