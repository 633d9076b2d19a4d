package org.georep.bench;

import java.io.IOException;
import java.util.List;

/** First copies of a whole tree, in seconds. */
final class FirstCopy {
  private static final int WIDE_FILES = 20_000;

  private FirstCopy() {}

  /** As many files as were asked for. */
  static List<Double> whole(Trial trial) throws IOException, InterruptedException {
    return copy(trial, trial.files(), Dataset.Content.RANDOM);
  }

  /** 20,000 files that do not compress. */
  static List<Double> wide(Trial trial) throws IOException, InterruptedException {
    return copy(trial, WIDE_FILES, Dataset.Content.RANDOM);
  }

  /** 20,000 files of text. */
  static List<Double> wideText(Trial trial) throws IOException, InterruptedException {
    return copy(trial, WIDE_FILES, Dataset.Content.TEXT);
  }

  private static List<Double> copy(Trial trial, int files, Dataset.Content content)
      throws IOException, InterruptedException {
    boolean once = !trial.peer().once(trial.primary(), trial.secondary()).isEmpty();
    if (!once && !trial.isContinuous()) {
      return List.of();
    }
    Dataset.make(trial.primary(), files, 1, content);
    Trial.settle();
    long begun = System.nanoTime();
    if (!once) {
      try (Running running = trial.start()) {
        running.awaitFiles(trial.secondary(), files);
        return Trial.secondsSince(begun);
      }
    }
    double seconds = trial.once();
    long arrived = FileCount.of(trial.secondary());
    if (arrived != files && !trial.peer().isOneFile()) {
      throw new IOException("only " + arrived + " of " + files + " files arrived");
    }
    return List.of(seconds);
  }
}
