package org.georep.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Lets other processes die at failpoints, as SIGKILL would have it: without a last word. It reaches
 * those whose class path begins with its directory.
 */
public final class Deaths {
  private final Path directory;

  /** Makes it with nobody to die, in a directory that is made. */
  public Deaths(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    Files.writeString(directory.resolve(Killing.RESOURCE), armed().toString());
  }

  private Path armed() {
    return directory.resolve("armed");
  }

  /** Returns a class path for processes that are to be reached. */
  public String before(String classPath) {
    return directory + File.pathSeparator + classPath;
  }

  /**
   * From now on, the first process that has passed a failpoint so many times dies at it.
   *
   * @param passes 0 or more
   */
  public void arm(String failpoint, int passes) throws IOException {
    Files.deleteIfExists(fired(failpoint));
    Path made = Files.writeString(directory.resolve("making"), failpoint + " " + passes);
    Files.move(made, armed(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path fired(String failpoint) {
    return directory.resolve("died-of-" + failpoint);
  }

  /** Returns whether one has died of it. */
  public boolean happened(String failpoint) {
    return Files.exists(fired(failpoint));
  }

  /** Lets nobody die any more. */
  public void disarm() throws IOException {
    Files.deleteIfExists(armed());
  }
}
