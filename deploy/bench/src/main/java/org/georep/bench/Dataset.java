package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A tree of small files: median 2 KB, log-normal sizes, 100 in a directory, contents that do not
 * compress. The same for every peer.
 */
final class Dataset {
  static final int PER_DIRECTORY = 100;
  private static final double MEDIAN = 2048;
  private static final double SPREAD = 0.8;

  private Dataset() {}

  static void make(Path root, int files, long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < files; i++) {
      Path directory = root.resolve("d" + i / PER_DIRECTORY);
      if (i % PER_DIRECTORY == 0) {
        Files.createDirectories(directory);
      }
      write(directory.resolve("f" + i), random);
    }
  }

  static void write(Path file, Random random) throws IOException {
    byte[] content = new byte[(int) (MEDIAN * Math.exp(SPREAD * random.nextGaussian()))];
    random.nextBytes(content);
    Files.write(file, content);
  }
}
