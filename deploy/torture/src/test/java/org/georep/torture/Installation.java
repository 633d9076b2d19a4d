package org.georep.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.testing.Program;

/**
 * The program as it was built when a run began, with its {@link Patches}, in a directory of its
 * own: a checkout's launcher builds again when sources change, and a run is of one build.
 */
final class Installation implements AutoCloseable {
  private final Path directory;

  /**
   * Copies the last build.
   *
   * @param launcher {@code deploy/georep} of a checkout in which it was built
   */
  Installation(Path launcher, Path parent) throws IOException {
    Path lib = launcher.resolveSibling("dist/current/lib").toRealPath();
    directory = Files.createTempDirectory(parent, "program");
    Program.check("cp", "-a", launcher.toString(), lib.toString(), directory.toString());
    Patches.apply(directory.resolve("lib"));
  }

  Path launcher() {
    return directory.resolve("georep");
  }

  @Override
  public void close() {
    Program.run(java.util.List.of("rm", "-rf", directory.toString()));
  }
}
