package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A peer is stopped, 50 files are changed and a directory is deleted, and it is started again:
 * seconds from there until both are on the secondary.
 */
final class Restart {
  private static final int CHANGED = 50;
  private static final int MANY = 1_000_000;

  private Restart() {}

  /** Nothing of the peer ran meanwhile. */
  static List<Double> stopped(Trial trial) throws IOException, InterruptedException {
    return run(trial, trial.files(), false);
  }

  /** What captures changes ran on, if the peer has such a thing. */
  static List<Double> captured(Trial trial) throws IOException, InterruptedException {
    return run(trial, trial.files(), true);
  }

  /** Nothing of the peer ran meanwhile, and the tree is large. */
  static List<Double> large(Trial trial) throws IOException, InterruptedException {
    return run(trial, MANY, false);
  }

  private static List<Double> run(Trial trial, int files, boolean capturing)
      throws IOException, InterruptedException {
    boolean once = !trial.isContinuous();
    if (once && trial.peer().once(trial.primary(), trial.secondary()).isEmpty()) {
      return List.of();
    }
    Dataset.make(trial.primary(), files, 9);
    List<String> capture = trial.peer().capture(trial.primary());
    if (!capturing || capture.isEmpty()) {
      return measured(trial, files, once);
    }
    Path log = Path.of(trial.log() + ".capture");
    try (Running capturer = Running.start(trial.usage().within(capture), log)) {
      capturer.await(() -> Files.readString(log).contains("capturing"));
      return measured(trial, files, once);
    }
  }

  private static List<Double> again(Trial trial, List<Path> changed) throws IOException {
    long begun = System.nanoTime();
    try (Running running = trial.start()) {
      for (Path name : changed) {
        running.await(
            () -> Trial.isSame(trial.primary().resolve(name), trial.secondary().resolve(name)));
      }
      running.await(() -> !Files.exists(trial.secondary().resolve("d0")));
      return Trial.secondsSince(begun);
    }
  }

  private static List<Double> measured(Trial trial, int files, boolean once)
      throws IOException, InterruptedException {
    Random random = new Random(10);
    if (once) {
      trial.once();
    } else {
      try (Running running = trial.start()) {
        running.awaitFiles(trial.secondary(), files);
        trial.awaitRest(running);
      }
    }
    List<Path> changed = new ArrayList<>();
    for (int i = 0; i < CHANGED; i++) {
      int number = Dataset.PER_DIRECTORY + random.nextInt(files - Dataset.PER_DIRECTORY);
      Path name = Path.of("d" + number / Dataset.PER_DIRECTORY, "f" + number);
      Dataset.write(trial.primary().resolve(name), random);
      changed.add(name);
    }
    Dataset.delete(trial.primary().resolve("d0"));
    Trial.settle();
    trial.mark();
    return once ? List.of(trial.once()) : again(trial, changed);
  }
}
