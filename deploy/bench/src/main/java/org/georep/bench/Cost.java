package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a peer takes from the host it runs on. */
final class Cost {
  private static final int WRITTEN = 100_000;
  private static final int CHANGES = 200;
  private static final double MEGABYTE = 1e6;

  private Cost() {}

  /** Megabytes of anonymous memory of all processes at most, in step with a tree and changes. */
  static List<Double> memory(Trial trial) throws IOException, InterruptedException {
    if (!trial.isContinuous()) {
      return List.of();
    }
    Dataset.make(trial.primary(), trial.files(), 11);
    try (Running running = trial.start()) {
      running.awaitFiles(trial.secondary(), trial.files());
      Dataset.make(trial.primary().resolve("more"), CHANGES, 12);
      running.awaitFiles(trial.secondary().resolve("more"), CHANGES);
      TimeUnit.SECONDS.sleep(3);
      return List.of(trial.usage().mostMemory() / MEGABYTE);
    }
  }

  /**
   * Seconds in which an application writes 100,000 files while the peer notes its changes and
   * delivers nothing, as far as that can be had; else it replicates.
   */
  static List<Double> application(Trial trial) throws IOException, InterruptedException {
    List<String> capture = trial.peer().capture(trial.primary());
    Path application = trial.primary().resolve("application");
    if (!capture.isEmpty()) {
      try (Running running = Running.start(trial.usage().within(capture), trial.log())) {
        running.await(() -> Files.readString(trial.log()).contains("capturing"));
        return written(application);
      }
    }
    if (trial.isContinuous()) {
      Dataset.make(trial.primary(), 100, 13);
      try (Running running = trial.start()) {
        running.awaitFiles(trial.secondary(), 100);
        return written(application);
      }
    }
    return trial.peer().isNothing() ? written(application) : List.of();
  }

  private static List<Double> written(Path application) throws IOException, InterruptedException {
    Trial.settle();
    long begun = System.nanoTime();
    Dataset.make(application, WRITTEN, 14);
    return Trial.secondsSince(begun);
  }
}
