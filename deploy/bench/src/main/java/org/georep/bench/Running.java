package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A peer that goes on replicating. */
final class Running implements AutoCloseable {
  private static final long POLL_NANOS = 500_000;
  private static final long COUNT_NANOS = 50_000_000;
  private static final long PATIENCE_MINUTES = 15;

  private final Process process;
  private final Path log;

  private Running(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static Running start(List<String> command, Path log) throws IOException {
    return new Running(Peer.start(command, log), log);
  }

  /** What is waited for. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Waits until at least so many files are there. */
  void awaitFiles(Path secondary, long files) throws IOException {
    await(
        () -> {
          LockSupport.parkNanos(COUNT_NANOS);
          return FileCount.of(secondary) >= files;
        });
  }

  void await(Condition condition) throws IOException {
    long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (!condition.holds()) {
      if (System.nanoTime() > until || !process.isAlive()) {
        throw new IOException("gave up waiting; see " + log + ":\n" + Files.readString(log));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + log + " was ended", e);
    }
  }
}
