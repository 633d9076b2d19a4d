package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;

/**
 * One peer at one scenario: two empty file systems.
 *
 * @param files how many files a first copy and a restart are about
 */
record Trial(
    Peer peer, Path primary, Path secondary, int files, Path log, Usage usage, Traffic traffic) {
  private static final long REST_MILLIS = 3_000;

  /** Returns whether the peer goes on replicating. */
  boolean isContinuous() {
    return !peer.continuous(primary, secondary).isEmpty();
  }

  /** What counts is what is sent from here on; a profile is of what is done from here on. */
  void mark() {
    traffic.mark();
    usage.mark();
  }

  /** Runs the peer once; returns the seconds it took. */
  double once() throws IOException, InterruptedException {
    return Peer.time(usage.within(peer.once(primary, secondary)), log);
  }

  /** Starts the peer to go on replicating; a second time it goes on from where it was. */
  Running start() throws IOException {
    return Running.start(usage.within(peer.continuous(primary, secondary)), log);
  }

  /** Lets the disk write what was made, so that no peer pays for it. */
  static void settle() throws IOException, InterruptedException {
    new ProcessBuilder("sync").start().waitFor();
  }

  /** By what all peers keep, and set only when the contents are there. */
  static boolean isSame(Path file, Path copy) throws IOException {
    try {
      FileTime time = Files.getLastModifiedTime(file);
      return Files.size(copy) == Files.size(file) && Files.getLastModifiedTime(copy).equals(time);
    } catch (java.nio.file.NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Waits until a file written now arrives, and some time more: the peer is in step and at rest.
   */
  void awaitRest(Running running) throws IOException, InterruptedException {
    Path name = Path.of("rest" + System.nanoTime());
    Dataset.write(primary.resolve(name), new Random(0));
    running.await(() -> isSame(primary.resolve(name), secondary.resolve(name)));
    settle();
    // Nothing to wait for: what the peers and the disk still do after they were seen to be done is
    // not measured.
    Thread.sleep(REST_MILLIS);
  }

  /** Returns the time since a moment, in seconds. */
  static List<Double> secondsSince(long nanos) {
    return List.of((System.nanoTime() - nanos) / 1e9);
  }
}
