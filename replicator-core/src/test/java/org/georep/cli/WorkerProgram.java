package org.georep.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A session's worker as a process of its own, with the classes under test. */
final class WorkerProgram implements Closeable {
  private final Process process;

  WorkerProgram(Path state, String session, Path errors) throws IOException {
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
            "worker",
            session,
            "--state-dir=" + state));
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends it a signal. */
  void signal(String name) {
    MonitorProgram.signal(name, process.pid());
  }

  /** Kills it, and waits for that. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Asks it to end, also if it is stopped, and waits. */
  @Override
  public void close() {
    if (process.isAlive()) {
      signal("CONT");
      process.destroy();
    }
    process.onExit().join();
  }
}
