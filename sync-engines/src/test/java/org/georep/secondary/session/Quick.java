package org.georep.secondary.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** An empty directory, in memory where there is one. */
record Quick(Path root) implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");

  Quick() throws IOException {
    this(
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "georep-model")
            : Files.createTempDirectory("georep-model"));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
