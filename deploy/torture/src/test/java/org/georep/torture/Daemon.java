package org.georep.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A process that is started again whenever it ends, as an administrator's service manager does. An
 * ending that no fault explains is complained of. For any number of threads.
 */
final class Daemon {
  /** Held by another: what a killed session's far end may still be for a while. */
  private static final Set<Integer> WAITS_FOR_OTHERS = Set.of(11, 13);

  private static final long PAUSE_MILLIS = 300;
  private static final long STARTING_NANOS = 15_000_000_000L;

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Consumer<String> complaints;
  private final AtomicInteger hopeless = new AtomicInteger();
  private volatile long mayFailUntil = System.nanoTime();
  private boolean wanted;
  private boolean excused;
  private Process process;
  private long began;

  Daemon(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Consumer<String> complaints) {
    this.name = name;
    this.command = command;
    this.environment = environment;
    this.log = log;
    this.complaints = complaints;
  }

  /** Starts it and keeps it running. */
  synchronized void start() throws IOException {
    wanted = true;
    excused = false;
    launch();
  }

  private synchronized void launch() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process started =
        builder
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    began = System.nanoTime();
    Thread keeper = new Thread(() -> keep(started), name);
    keeper.setDaemon(true);
    keeper.start();
  }

  private void keep(Process running) {
    try {
      int code = running.waitFor();
      synchronized (this) {
        if (!wanted || process != running) {
          return;
        }
        if (!isExcused() && !WAITS_FOR_OTHERS.contains(code)) {
          complaints.accept(name + " ended by itself with " + code + ", see " + log);
        }
        excused = false;
      }
      // What a service manager does: a program that ends at once is not started without a pause.
      Thread.sleep(PAUSE_MILLIS);
      synchronized (this) {
        if (wanted && process == running) {
          launch();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      complaints.accept(name + " cannot be started: " + e.getMessage());
    }
  }

  private boolean isExcused() {
    return excused
        || hopeless.get() > 0
        || (began - mayFailUntil < 0 && System.nanoTime() - began < STARTING_NANOS);
  }

  /**
   * Tells that it may end soon after it was started, if that is within so many milliseconds: it
   * cannot begin, but it can go on.
   */
  synchronized void mayFailToStart(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    if (until - mayFailUntil > 0) {
      mayFailUntil = until; // another that began before may last longer
    }
  }

  /**
   * Tells that it can only end, for a start finds a secondary that cannot be used; or that one
   * reason for this is over. There may be several at a time.
   */
  synchronized void hopeless(boolean now) {
    if (hopeless.addAndGet(now ? 1 : -1) == 0) {
      mayFailToStart(0); // one that began before may still be about to end
    }
  }

  /** Sends it a signal that may end it; whether it ran. */
  synchronized boolean end(String signal) {
    if (!process.isAlive()) {
      return false;
    }
    excused = true;
    return Processes.signal(signal, process.pid());
  }

  /** Ends it for good, or until {@link #start}; gently at first. */
  void stop() throws InterruptedException {
    Process running;
    synchronized (this) {
      wanted = false;
      running = process;
    }
    if (running != null) {
      Processes.signal("CONT", running.pid());
      running.destroy();
      if (!running.waitFor(20, TimeUnit.SECONDS)) {
        complaints.accept(name + " does not end when asked to");
        running.destroyForcibly().waitFor();
      }
    }
  }

  synchronized long pid() {
    return process.pid();
  }
}
