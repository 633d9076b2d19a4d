package org.georep.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.georep.testing.JavaProgram;

/** A session's worker as a process of its own, with the classes under test. */
final class WorkerProgram implements Closeable {
  private final Process process;

  WorkerProgram(Path state, String session, Path errors) throws IOException {
    process =
        new ProcessBuilder(
                JavaProgram.command(Georep.class, "worker", session, "--state-dir=" + state))
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

  /** Sends it and those it started a signal. */
  void signalAll(String name) {
    signal(name);
    process.descendants().forEach(child -> MonitorProgram.signal(name, child.pid()));
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
