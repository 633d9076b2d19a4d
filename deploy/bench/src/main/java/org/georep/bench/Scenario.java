package org.georep.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What is measured, on two empty file systems: one or more values, smaller is better. */
enum Scenario {
  /** Seconds for the whole tree. */
  FIRST_SYNC("first-sync", "s") {
    @Override
    List<Double> run(Peer peer, Path primary, Path secondary, int files, Path log)
        throws IOException, InterruptedException {
      List<String> command = peer.once(primary, secondary);
      if (command.isEmpty()) {
        return List.of();
      }
      Dataset.make(primary, files, 1);
      settle();
      double seconds = Peer.time(command, log);
      check(secondary, files);
      return List.of(seconds);
    }
  },

  /** Milliseconds from a file's creation to its being visible on the secondary, 200 times. */
  LATENCY("latency", "ms") {
    @Override
    List<Double> run(Peer peer, Path primary, Path secondary, int files, Path log)
        throws IOException, InterruptedException {
      Dataset.make(primary, 2_000, 2);
      try (Running running = Running.start(peer, primary, secondary, log)) {
        if (!running.isStarted()) {
          return List.of();
        }
        running.awaitFiles(secondary, 2_000);
        Random random = new Random(3);
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
          Path name = Path.of("d" + random.nextInt(20), "change" + i);
          long begun = System.nanoTime();
          Dataset.write(primary.resolve(name), random);
          long size = Files.size(primary.resolve(name));
          running.await(
              () ->
                  Files.exists(secondary.resolve(name))
                      && Files.size(secondary.resolve(name)) == size);
          values.add((System.nanoTime() - begun) / 1e6);
        }
        return values;
      }
    }
  },

  /** Seconds from the first of 20,000 creations to the last file's being visible. */
  BURST("burst", "s") {
    @Override
    List<Double> run(Peer peer, Path primary, Path secondary, int files, Path log)
        throws IOException, InterruptedException {
      Dataset.make(primary, 1_000, 4);
      try (Running running = Running.start(peer, primary, secondary, log)) {
        if (!running.isStarted()) {
          return List.of();
        }
        running.awaitFiles(secondary, 1_000);
        long begun = System.nanoTime();
        Dataset.make(primary.resolve("burst"), 20_000, 5);
        running.awaitFiles(secondary, 21_000);
        return List.of((System.nanoTime() - begun) / 1e9);
      }
    }
  },

  /**
   * Seconds from the first of 500 writes of 4 KB each into a file of 512 MB until it is the same.
   */
  REWRITES("rewrites", "s") {
    @Override
    List<Double> run(Peer peer, Path primary, Path secondary, int files, Path log)
        throws IOException, InterruptedException {
      Random random = new Random(6);
      Path file = primary.resolve("large");
      Path copy = secondary.resolve("large");
      byte[] block = new byte[4096];
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (long at = 0; at < LARGE; at += block.length) {
          random.nextBytes(block);
          out.write(ByteBuffer.wrap(block));
        }
      }
      try (Running running = Running.start(peer, primary, secondary, log)) {
        if (!running.isStarted()) {
          return List.of();
        }
        running.await(() -> isSame(file, copy));
        settle();
        List<Double> values = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
          TimeUnit.SECONDS.sleep(3);
          long begun = System.nanoTime();
          try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < 500; i++) {
              random.nextBytes(block);
              out.write(ByteBuffer.wrap(block), random.nextInt(LARGE - block.length));
            }
          }
          running.await(() -> isSame(file, copy));
          values.add((System.nanoTime() - begun) / 1e9);
        }
        return values;
      }
    }
  };

  private static final int LARGE = 512 << 20;

  /** By what all peers keep, and set only when the contents are there. */
  private static boolean isSame(Path file, Path copy) throws IOException {
    return Files.exists(copy)
        && Files.size(copy) == Files.size(file)
        && Files.getLastModifiedTime(copy).equals(Files.getLastModifiedTime(file));
  }

  private final String title;
  private final String unit;

  Scenario(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  /** Runs it; no values if the peer cannot do it. */
  abstract List<Double> run(Peer peer, Path primary, Path secondary, int files, Path log)
      throws IOException, InterruptedException;

  static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  static long count(Path root) throws IOException {
    long count = 0;
    List<Path> left = new ArrayList<>(List.of(root));
    while (!left.isEmpty()) {
      try (var entries = Files.newDirectoryStream(left.remove(left.size() - 1))) {
        for (Path entry : entries) {
          if (Files.isDirectory(entry)) {
            if (!entry.endsWith(".georep") && !entry.endsWith("lost+found")) {
              left.add(entry);
            }
          } else if (!entry.getFileName().toString().startsWith(".")) {
            count++;
          }
        }
      }
    }
    return count;
  }

  private static void check(Path secondary, int files) throws IOException {
    if (count(secondary) != files) {
      throw new IOException("only " + count(secondary) + " of " + files + " files arrived");
    }
  }

  /** Lets the disk write what making the tree left, so that no peer pays for it. */
  static void settle() throws IOException, InterruptedException {
    new ProcessBuilder("sync").start().waitFor();
  }

  /** A peer that goes on replicating. */
  private record Running(@Nullable Process process, Path log) implements AutoCloseable {
    static Running start(Peer peer, Path primary, Path secondary, Path log) throws IOException {
      List<String> command = peer.continuous(primary, secondary);
      return new Running(command.isEmpty() ? null : Peer.start(command, log), log);
    }

    boolean isStarted() {
      return process != null;
    }

    void awaitFiles(Path secondary, long files) throws IOException {
      long pause = 50_000_000;
      await(
          () -> {
            LockSupport.parkNanos(pause);
            return count(secondary) >= files;
          });
    }

    void await(Condition condition) throws IOException {
      long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
      while (!condition.holds()) {
        if (System.nanoTime() > until || process == null || !process.isAlive()) {
          throw new IOException("gave up waiting; see " + log + ":\n" + Files.readString(log));
        }
        LockSupport.parkNanos(500_000);
      }
    }

    @Override
    public void close() {
      if (process != null) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
          if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private interface Condition {
    boolean holds() throws IOException;
  }
}
