package org.georep.replicator.worker;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Something that is done beside a pipeline, and at whose end the pipeline ends. */
final class Beside {
  /** What is done. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException, InterruptedException;
  }

  private final Thread thread;
  private volatile @Nullable IOException failure;

  private Beside(Task task, Runnable atEnd) {
    this.thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                failure = e;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                atEnd.run();
              }
            },
            "georep-beside");
    thread.setDaemon(true);
  }

  /**
   * Starts it.
   *
   * @param atEnd called by its thread when it ended, however
   */
  static Beside start(Task task, Runnable atEnd) {
    Beside beside = new Beside(task, atEnd);
    beside.thread.start();
    return beside;
  }

  /**
   * Waits for its end.
   *
   * @throws IOException if it failed
   */
  void finish() throws IOException, InterruptedException {
    thread.join();
    IOException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }
}
