package org.georep.torture;

import java.util.SplittableRandom;
import org.georep.testing.LoopImage;

/**
 * What a run is made with.
 *
 * @param seed of everything that is chosen at random
 * @param kind the file system on both sides
 * @param capture fanotify or inotify
 * @param hosted whether the replicator captures itself, and not a process of its own
 * @param engine auto, stream, rsync or tarssh
 * @param handles whether the primary's host may open files by handle; without, as where georep is
 *     not root, everything is looked for by its names
 */
record SetUp(
    long seed,
    LoopImage.Kind kind,
    String capture,
    boolean hosted,
    String engine,
    boolean handles) {
  /** Chooses one by the seed. */
  static SetUp of(long seed) {
    // Unlike Random's, its first numbers differ for seeds that are close to each other.
    SplittableRandom random = new SplittableRandom(seed);
    int kind = random.nextInt(8);
    int engine = random.nextInt(6);
    boolean inotify = random.nextInt(5) == 0;
    boolean hosted = random.nextBoolean();
    return new SetUp(
        seed,
        kind == 0 ? LoopImage.Kind.XFS : kind == 1 ? LoopImage.Kind.BTRFS : LoopImage.Kind.EXT4,
        inotify ? "inotify" : "fanotify",
        hosted,
        engine == 0 ? "rsync" : engine == 1 ? "tarssh" : engine < 4 ? "stream" : "auto",
        !inotify || random.nextBoolean());
  }

  String toLine() {
    return String.join(
        " ",
        Long.toString(seed),
        kind.toString(),
        capture,
        hosted ? "hosted" : "own",
        engine,
        handles ? "handles" : "names");
  }

  static SetUp parse(String line) {
    String[] words = line.split(" ", -1);
    return new SetUp(
        Long.parseLong(words[0]),
        LoopImage.Kind.valueOf(words[1]),
        words[2],
        words[3].equals("hosted"),
        words[4],
        words[5].equals("handles"));
  }

  SetUp with(LoopImage.Kind newKind) {
    return new SetUp(seed, newKind, capture, hosted, engine, handles);
  }

  SetUp withCapture(String source) {
    return new SetUp(seed, kind, source, hosted, engine, handles);
  }

  SetUp withHosted(boolean newHosted) {
    return new SetUp(seed, kind, capture, newHosted, engine, handles);
  }

  SetUp withEngine(String newEngine) {
    return new SetUp(seed, kind, capture, hosted, newEngine, handles);
  }

  SetUp withHandles(boolean newHandles) {
    return new SetUp(seed, kind, capture, hosted, engine, newHandles);
  }
}
