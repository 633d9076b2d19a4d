package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a reader that found a hole in the generation that is still written asks its writer to go on
 * in another: a file that the writer takes away. Not durable; a new writer begins a new one anyway.
 */
final class RotationRequest {
  private final Path file;

  RotationRequest(Path journal) {
    this.file = journal.resolve("rotate");
  }

  void ask() throws IOException {
    Files.write(file, new byte[0]);
  }

  /** Takes the request back; returns whether there was one. */
  boolean take() throws IOException {
    return Files.deleteIfExists(file);
  }
}
