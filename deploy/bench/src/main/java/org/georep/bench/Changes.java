package org.georep.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Changes that are made while a peer replicates, until they are visible on the secondary. */
final class Changes {
  private static final int LARGE = 512 << 20;
  private static final int BLOCK = 4096;
  private static final int MANY = 10_000;
  private static final int BURST = 20_000;

  private Changes() {}

  /** Milliseconds from a file's creation on, 60 times. */
  static List<Double> small(Trial trial) throws IOException, InterruptedException {
    return small(trial, 60, 100);
  }

  /** The same, 30 times. */
  static List<Double> few(Trial trial) throws IOException, InterruptedException {
    return small(trial, 30, 500);
  }

  private static List<Double> small(Trial trial, int changes, int pause)
      throws IOException, InterruptedException {
    if (!trial.isContinuous()) {
      return List.of();
    }
    Dataset.make(trial.primary(), 2_000, 2);
    try (Running running = trial.start()) {
      running.awaitFiles(trial.secondary(), 2_000);
      trial.awaitRest(running);
      trial.mark();
      Random random = new Random(3);
      List<Double> values = new ArrayList<>();
      for (int i = 0; i < changes; i++) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(pause));
        Path name = Path.of("d" + random.nextInt(20), "change" + i);
        Path copy = trial.secondary().resolve(name);
        long begun = System.nanoTime();
        Dataset.write(trial.primary().resolve(name), random);
        long size = Files.size(trial.primary().resolve(name));
        running.await(() -> size(copy) == size);
        values.add((System.nanoTime() - begun) / 1e6);
      }
      return values;
    }
  }

  /** Negative while there is none: some peers take a name away before they give it back. */
  private static long size(Path copy) throws IOException {
    try {
      return Files.size(copy);
    } catch (NoSuchFileException e) {
      return -1;
    }
  }

  /** Milliseconds until what is appended to a file that stays open is there, 20 times. */
  static List<Double> appended(Trial trial) throws IOException, InterruptedException {
    if (!trial.isContinuous()) {
      return List.of();
    }
    Dataset.make(trial.primary(), 100, 2);
    Path copy = trial.secondary().resolve("open");
    try (Running running = trial.start();
        FileChannel out =
            FileChannel.open(
                trial.primary().resolve("open"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE)) {
      running.awaitFiles(trial.secondary(), 101);
      trial.awaitRest(running);
      trial.mark();
      List<Double> values = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        TimeUnit.MILLISECONDS.sleep(300);
        long size = (long) i * BLOCK;
        long begun = System.nanoTime();
        out.write(ByteBuffer.allocate(BLOCK), size - BLOCK);
        long until = begun + TimeUnit.SECONDS.toNanos(20);
        running.await(() -> size(copy) >= size || System.nanoTime() > until);
        if (System.nanoTime() > until) {
          return List.of(); // this peer waits for the file to be closed
        }
        values.add((System.nanoTime() - begun) / 1e6);
      }
      return values;
    }
  }

  /** Seconds from the first of 20,000 creations to the last file's being visible. */
  static List<Double> burst(Trial trial) throws IOException, InterruptedException {
    if (!trial.isContinuous()) {
      return List.of();
    }
    Dataset.make(trial.primary(), 1_000, 4);
    try (Running running = trial.start()) {
      running.awaitFiles(trial.secondary(), 1_000);
      trial.awaitRest(running);
      trial.mark();
      long begun = System.nanoTime();
      Dataset.make(trial.primary().resolve("burst"), BURST, 5);
      running.awaitFiles(trial.secondary().resolve("burst"), BURST);
      return Trial.secondsSince(begun);
    }
  }

  /** Milliseconds until a directory of 10,000 files has its new name, 5 times. */
  static List<Double> renamed(Trial trial) throws IOException, InterruptedException {
    if (!trial.isContinuous()) {
      return List.of();
    }
    Dataset.make(trial.primary().resolve("name0"), MANY, 7);
    try (Running running = trial.start()) {
      running.awaitFiles(trial.secondary(), MANY);
      trial.awaitRest(running);
      trial.mark();
      List<Double> values = new ArrayList<>();
      for (int i = 1; i <= 5; i++) {
        Path now = Path.of("name" + i);
        long begun = System.nanoTime();
        Files.move(trial.primary().resolve("name" + (i - 1)), trial.primary().resolve(now));
        running.await(() -> Files.exists(trial.secondary().resolve(now)));
        values.add((System.nanoTime() - begun) / 1e6);
        running.awaitFiles(trial.secondary().resolve(now), MANY);
        TimeUnit.SECONDS.sleep(2);
      }
      return values;
    }
  }

  /** Seconds from the first of 500 writes of 4 KB into a file of 512 MB until it is the same. */
  static List<Double> rewritten(Trial trial) throws IOException, InterruptedException {
    if (!trial.isContinuous()) {
      return List.of();
    }
    Random random = new Random(6);
    Path file = trial.primary().resolve("large");
    Path copy = trial.secondary().resolve("large");
    byte[] block = new byte[BLOCK];
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < LARGE; at += block.length) {
        random.nextBytes(block);
        out.write(ByteBuffer.wrap(block));
      }
    }
    try (Running running = trial.start()) {
      running.await(() -> Trial.isSame(file, copy));
      trial.awaitRest(running);
      trial.mark();
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
        running.await(() -> Trial.isSame(file, copy));
        values.add((System.nanoTime() - begun) / 1e9);
      }
      return values;
    }
  }

  /** Seconds from the first of 10,000 deletions until none of the files is left. */
  static List<Double> deleted(Trial trial) throws IOException, InterruptedException {
    if (!trial.isContinuous()) {
      return List.of();
    }
    Dataset.make(trial.primary().resolve("gone"), MANY, 8);
    try (Running running = trial.start()) {
      running.awaitFiles(trial.secondary(), MANY);
      trial.awaitRest(running);
      trial.mark();
      long begun = System.nanoTime();
      Dataset.delete(trial.primary().resolve("gone"));
      running.await(() -> !Files.exists(trial.secondary().resolve("gone")));
      return Trial.secondsSince(begun);
    }
  }
}
