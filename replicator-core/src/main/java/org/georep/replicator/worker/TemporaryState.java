package org.georep.replicator.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.georep.replicator.session.StateDirectory;

/** A state directory that is gone when closed, for a run that is to leave no trace. */
final class TemporaryState implements AutoCloseable {
  private final Path path;

  private TemporaryState(Path path) {
    this.path = path;
  }

  static TemporaryState make() throws IOException {
    return new TemporaryState(Files.createTempDirectory("georep-dry-run"));
  }

  StateDirectory state() {
    return new StateDirectory(path);
  }

  @Override
  public void close() throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(path)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
