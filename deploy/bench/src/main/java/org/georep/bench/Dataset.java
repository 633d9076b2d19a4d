package org.georep.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Trees of small files: median 2 KB, log-normal sizes, 100 in a directory; equal for all peers. */
final class Dataset {
  static final int PER_DIRECTORY = 100;
  private static final double MEDIAN = 2048;
  private static final double SPREAD = 0.8;
  private static final byte[] LETTERS =
      "eeeeettttaaaooiinnsshhrrdlcumwfgypbvk     \n".getBytes(StandardCharsets.US_ASCII);
  private static final int WORDS = 2_000;

  /** What is in the files. */
  enum Content {
    /** Nothing a compressor can use. */
    RANDOM,
    /** Words. */
    TEXT
  }

  private Dataset() {}

  static void make(Path root, int files, long seed) throws IOException {
    make(root, files, seed, Content.RANDOM);
  }

  static void make(Path root, int files, long seed, Content content) throws IOException {
    Random random = new Random(seed);
    byte[][] words = words(random);
    for (int i = 0; i < files; i++) {
      Path directory = root.resolve("d" + i / PER_DIRECTORY);
      if (i % PER_DIRECTORY == 0) {
        Files.createDirectories(directory);
      }
      byte[] bytes = new byte[size(random)];
      if (content == Content.TEXT) {
        text(bytes, words, random);
      } else {
        random.nextBytes(bytes);
      }
      Files.write(directory.resolve("f" + i), bytes);
    }
  }

  static void write(Path file, Random random) throws IOException {
    byte[] content = new byte[size(random)];
    random.nextBytes(content);
    Files.write(file, content);
  }

  private static int size(Random random) {
    return (int) (MEDIAN * Math.exp(SPREAD * random.nextGaussian()));
  }

  private static byte[][] words(Random random) {
    byte[][] words = new byte[WORDS][];
    for (int i = 0; i < WORDS; i++) {
      words[i] = new byte[2 + random.nextInt(9)];
      for (int j = 0; j < words[i].length; j++) {
        words[i][j] = LETTERS[random.nextInt(LETTERS.length)];
      }
    }
    return words;
  }

  private static void text(byte[] bytes, byte[][] words, Random random) {
    int at = 0;
    while (at < bytes.length) {
      // Some words are far more common than others.
      byte[] word = words[(int) (WORDS * Math.pow(random.nextDouble(), 3))];
      int length = Math.min(word.length, bytes.length - at);
      System.arraycopy(word, 0, bytes, at, length);
      at += length;
    }
  }

  /** Deletes a tree. */
  static void delete(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
